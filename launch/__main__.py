"""`python3 -m launch`."""

import sys

from launch import too_old

if too_old(sys.version_info):
    sys.exit(too_old(sys.version_info))

from launch.cli import main

sys.exit(main(sys.argv[1:]))
