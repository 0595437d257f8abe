"""No input gives 5xx, and every answer is described: requests made from the API's own document, all operations.

``SAMPAN_FUZZ_EXAMPLES`` (5) is the number of examples for each operation.
"""

from __future__ import annotations

import os
from collections import Counter
from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.transport.wsgi import WSGI_TRANSPORT

from tests.house.test_listings import FILLED, boss, fill, program, store  # noqa: F401  (fixtures)

CHECKS = [response_schema_conformance, content_type_conformance, status_code_conformance]
EXAMPLES = int(os.environ.get("SAMPAN_FUZZ_EXAMPLES", "5"))


def ask_about(operation: Any, look: Any) -> None:
    """Make examples of one operation."""

    @given(case=operation.as_strategy())
    @settings(
        max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None, derandomize=True
    )
    def ask(case: Any) -> None:
        look(operation, case)

    ask()


@pytest.mark.django_db(transaction=True)
def test_no_request_breaks_the_api(store: Any, boss: Any) -> None:  # noqa: F811
    for name in FILLED:
        fill(name, store, 3, boss)
    client = program()
    header = {"Authorization": client.defaults["HTTP_AUTHORIZATION"]}
    schema = schemathesis.openapi.from_dict(client.get("/api/v1/schema/").json())
    schema.app = application = get_wsgi_application()
    seen: Counter[int] = Counter()
    faults: dict[tuple[str, ...], str] = {}

    def look(operation: Any, case: Any) -> None:
        at = f"{operation.method} {operation.path}"
        answer = WSGI_TRANSPORT.send(case, app=application, headers={**header, "Accept-Encoding": "identity"})
        seen[answer.status_code] += 1
        if answer.status_code >= 500 and answer.status_code != 503:
            faults[at, str(answer.status_code)] = f"{case.path_parameters} {case.query} {case.body!r}"[:500]
            return
        try:
            case.validate_response(answer, checks=CHECKS)
        except BaseException as error:
            first = error.exceptions[0] if isinstance(error, BaseExceptionGroup) else error
            faults[at, str(answer.status_code), str(first)[:60]] = str(first)[:500]

    for found in schema.get_all_operations():
        ask_about(found.ok(), look)

    assert not faults, "\n".join(f"{key}: {text}" for key, text in faults.items())
    assert sum(seen.values()) > 0
