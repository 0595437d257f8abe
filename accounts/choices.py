"""Names of roles, store kinds and personal settings."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Role(models.TextChoices):
    """Who a person is in the shop; what a role may do stands in ``accounts.roles``."""

    SERVICE = "service", _("Customer service")
    WAREHOUSE = "warehouse", _("Warehouse")
    PURCHASER = "purchaser", _("Purchaser")
    SUPERVISOR = "supervisor", _("Supervisor")
    MANAGER = "manager", _("Manager")
    ADMINISTRATOR = "administrator", _("Administrator")


class StoreKind(models.TextChoices):
    """The channel a store is on."""

    ALIEXPRESS = "aliexpress", _("AliExpress")
    SHOPIFY = "shopify", _("Shopify")
    WOOCOMMERCE = "woocommerce", _("WooCommerce")
    SPREADSHEET = "spreadsheet", _("Spreadsheet")
    SANDBOX = "sandbox", _("Sandbox")


class Density(models.TextChoices):
    """How much air a person wants between the rows."""

    COMFORTABLE = "comfortable", _("Comfortable")
    COMPACT = "compact", _("Compact")


class Theme(models.TextChoices):
    """Light or dark pages."""

    AUTO = "auto", pgettext_lazy("theme", "As the device")
    LIGHT = "light", pgettext_lazy("theme", "Light")
    DARK = "dark", pgettext_lazy("theme", "Dark")
