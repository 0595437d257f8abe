"""Names of roles, store kinds and personal settings."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, ngettext_lazy, pgettext_lazy


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


#: Sentences of the login package and of forms that the Chinese pages say in the house's own words (its catalogue has other ones).
LOGIN_WORDS = (
    gettext_noop("Two-Factor Authentication"), gettext_noop("Sign Out"), gettext_noop("Are you sure you want to sign out?"),
    gettext_noop("You have signed out."), gettext_noop("Confirm Access"), gettext_noop("Please reauthenticate to safeguard your account."),
    gettext_noop("Email"), gettext_noop("Email address"), gettext_noop("Email Address"), gettext_noop("Email Addresses"),
    gettext_noop("Add Email"), gettext_noop("Add Email Address"), gettext_noop("Re-send Verification"), gettext_noop("Primary"),
    gettext_noop("The following email addresses are associated with your account:"),
    gettext_noop("Do you really want to remove the selected email address?"),
    gettext_noop("This field is required."), gettext_noop("Enter a valid value."), gettext_noop("Enter a number."),
    gettext_noop("Enter a whole number."), gettext_noop("Enter a valid date."), gettext_noop("Enter a valid date/time."),
    gettext_noop("Enter a valid email address."),
    gettext_noop("Select a valid choice. %(value)s is not one of the available choices."),
    gettext_noop("Select a valid choice. That choice is not one of the available choices."),
    gettext_noop("Enter a valid “slug” consisting of letters, numbers, underscores or hyphens."),
    gettext_noop("Ensure this value is greater than or equal to %(limit_value)s."),
    gettext_noop("Ensure this value is less than or equal to %(limit_value)s."),
    ngettext_lazy(
        "This password is too short. It must contain at least %d character.",
        "This password is too short. It must contain at least %d characters.",
        "min_length",
    ),
)  # fmt: skip
