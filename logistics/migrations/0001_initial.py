"""The tables of logistics as they stand at the first release."""

import django.db.models.deletion
import django.db.models.functions.text
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("pghistory", "0007_auto_20250421_0444"),  # its context function stands in every history trigger
        ("accounts", "0001_initial"),
        ("core", "0001_initial"),
        ("inventory", "0001_initial"),
        ("orders", "0001_initial"),
        ("products", "0001_initial"),
        ("stores", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CoverageRuleHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("service_kind", models.CharField(max_length=20)),
                ("destination", models.CharField(max_length=3)),
                ("coverage", models.CharField(max_length=20)),
                ("note_en", models.CharField(blank=True, max_length=200)),
                ("source", models.CharField(blank=True, max_length=100)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="DecisionRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("table_code", models.CharField(max_length=4)),
                ("rule_id", models.CharField(max_length=10)),
                ("priority", models.PositiveIntegerField()),
                ("conditions", models.JSONField(default=dict)),
                (
                    "advice",
                    models.CharField(
                        choices=[
                            ("wait", "Wait"),
                            ("wait_extend", "Ask for patience and lengthen the receiving time"),
                            ("advise_pickup", "Ask the buyer to collect it"),
                            ("ask_post_office", "Ask the buyer to check the post office"),
                            ("customs_documents", "Offer papers for customs"),
                            ("carrier_inquiry", "Ask the carrier to search"),
                            ("decline_with_evidence", "Refuse with proof"),
                            ("refund_full", "Refund"),
                            ("refund_partial", "Refund a part"),
                            ("resend_full", "Send again"),
                            ("pay_duty", "Pay the duty"),
                            ("restock_refund_goods", "Take back and refund the goods"),
                            ("escalate", "A supervisor decides"),
                        ],
                        max_length=24,
                    ),
                ),
                ("alternatives", models.CharField(blank=True, max_length=200)),
                ("choose_by", models.CharField(blank=True, max_length=24)),
                ("cost_formula", models.CharField(blank=True, max_length=120)),
                (
                    "extend_confirm",
                    models.CharField(default="no", help_text="yes, no, if_deadline_near", max_length=16),
                ),
                ("next_check_days", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("message_template", models.CharField(blank=True, max_length=10)),
                ("evidence_required", models.CharField(blank=True, max_length=200)),
                ("approval", models.CharField(default="none", max_length=24)),
                ("note_en", models.CharField(blank=True, max_length=300)),
                ("note_zh", models.CharField(blank=True, max_length=200)),
                ("origin", models.CharField(blank=True, max_length=200)),
                ("active", models.BooleanField(default=True)),
                ("valid_from", models.DateField()),
            ],
            options={
                "verbose_name": "decision rule",
                "ordering": ["table_code", "priority"],
            },
        ),
        migrations.CreateModel(
            name="DecisionRuleHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("table_code", models.CharField(max_length=4)),
                ("rule_id", models.CharField(max_length=10)),
                ("priority", models.PositiveIntegerField()),
                ("conditions", models.JSONField(default=dict)),
                (
                    "advice",
                    models.CharField(
                        choices=[
                            ("wait", "Wait"),
                            ("wait_extend", "Ask for patience and lengthen the receiving time"),
                            ("advise_pickup", "Ask the buyer to collect it"),
                            ("ask_post_office", "Ask the buyer to check the post office"),
                            ("customs_documents", "Offer papers for customs"),
                            ("carrier_inquiry", "Ask the carrier to search"),
                            ("decline_with_evidence", "Refuse with proof"),
                            ("refund_full", "Refund"),
                            ("refund_partial", "Refund a part"),
                            ("resend_full", "Send again"),
                            ("pay_duty", "Pay the duty"),
                            ("restock_refund_goods", "Take back and refund the goods"),
                            ("escalate", "A supervisor decides"),
                        ],
                        max_length=24,
                    ),
                ),
                ("alternatives", models.CharField(blank=True, max_length=200)),
                ("choose_by", models.CharField(blank=True, max_length=24)),
                ("cost_formula", models.CharField(blank=True, max_length=120)),
                (
                    "extend_confirm",
                    models.CharField(default="no", help_text="yes, no, if_deadline_near", max_length=16),
                ),
                ("next_check_days", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("message_template", models.CharField(blank=True, max_length=10)),
                ("evidence_required", models.CharField(blank=True, max_length=200)),
                ("approval", models.CharField(default="none", max_length=24)),
                ("note_en", models.CharField(blank=True, max_length=300)),
                ("note_zh", models.CharField(blank=True, max_length=200)),
                ("origin", models.CharField(blank=True, max_length=200)),
                ("active", models.BooleanField(default=True)),
                ("valid_from", models.DateField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="DispatchNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=20, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("signed", "Signed"),
                            ("released", "Released"),
                            ("blocked", "Blocked"),
                            ("packed", "Packed"),
                            ("closed", "Closed"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("revision", models.PositiveIntegerField(default=1)),
                ("country", models.CharField(max_length=2)),
                (
                    "declared_value",
                    models.DecimalField(
                        decimal_places=4, help_text="the price really paid, filled by the system", max_digits=14
                    ),
                ),
                ("declared_currency", models.CharField(max_length=3)),
                ("content_type", models.CharField(default="sale_of_goods", max_length=20)),
                (
                    "supply",
                    models.CharField(
                        choices=[("stock", "From stock"), ("production", "Own production"), ("purchase", "Purchase")],
                        default="stock",
                        max_length=10,
                    ),
                ),
                (
                    "address_digest",
                    models.CharField(
                        help_text="address when drafted: a change stops the parcel at the scan", max_length=64
                    ),
                ),
                (
                    "block_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("missing", "Goods missing"),
                            ("quality", "Quality problem"),
                            ("address", "Address problem"),
                            ("wish", "Wish cannot be met"),
                            ("intercepted", "Intercepted"),
                            ("other", "Other reason"),
                        ],
                        max_length=12,
                    ),
                ),
                ("block_note", models.CharField(blank=True, max_length=300)),
                ("blocked_at", models.DateTimeField(null=True)),
                (
                    "due_at",
                    models.DateTimeField(
                        help_text="to the warehouse by then (noon and half-past-four rule)", null=True
                    ),
                ),
                ("pickup_at", models.DateTimeField(help_text="carrier pick-up aimed at", null=True)),
                ("drafted_at", models.DateTimeField()),
                ("signed_at", models.DateTimeField(null=True)),
                ("released_at", models.DateTimeField(null=True)),
                ("printed_at", models.DateTimeField(null=True)),
                ("packed_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "dispatch note",
            },
        ),
        migrations.CreateModel(
            name="DispatchNoteHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("number", models.CharField(max_length=20)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("signed", "Signed"),
                            ("released", "Released"),
                            ("blocked", "Blocked"),
                            ("packed", "Packed"),
                            ("closed", "Closed"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("revision", models.PositiveIntegerField(default=1)),
                ("country", models.CharField(max_length=2)),
                (
                    "declared_value",
                    models.DecimalField(
                        decimal_places=4, help_text="the price really paid, filled by the system", max_digits=14
                    ),
                ),
                ("declared_currency", models.CharField(max_length=3)),
                ("content_type", models.CharField(default="sale_of_goods", max_length=20)),
                (
                    "supply",
                    models.CharField(
                        choices=[("stock", "From stock"), ("production", "Own production"), ("purchase", "Purchase")],
                        default="stock",
                        max_length=10,
                    ),
                ),
                (
                    "address_digest",
                    models.CharField(
                        help_text="address when drafted: a change stops the parcel at the scan", max_length=64
                    ),
                ),
                (
                    "block_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("missing", "Goods missing"),
                            ("quality", "Quality problem"),
                            ("address", "Address problem"),
                            ("wish", "Wish cannot be met"),
                            ("intercepted", "Intercepted"),
                            ("other", "Other reason"),
                        ],
                        max_length=12,
                    ),
                ),
                ("block_note", models.CharField(blank=True, max_length=300)),
                ("blocked_at", models.DateTimeField(null=True)),
                (
                    "due_at",
                    models.DateTimeField(
                        help_text="to the warehouse by then (noon and half-past-four rule)", null=True
                    ),
                ),
                ("pickup_at", models.DateTimeField(help_text="carrier pick-up aimed at", null=True)),
                ("drafted_at", models.DateTimeField()),
                ("signed_at", models.DateTimeField(null=True)),
                ("released_at", models.DateTimeField(null=True)),
                ("printed_at", models.DateTimeField(null=True)),
                ("packed_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Extension",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("days", models.PositiveSmallIntegerField()),
                ("before", models.DateTimeField(help_text="receiving time it was computed from")),
                ("after", models.DateTimeField(help_text="intended receiving time")),
                (
                    "cycle",
                    models.CharField(help_text="the check round or the person's click: once each", max_length=40),
                ),
                (
                    "text",
                    models.CharField(
                        blank=True, help_text="base code of the text that goes out once this is settled", max_length=10
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("refused", models.CharField(blank=True, max_length=300)),
            ],
            options={
                "verbose_name": "extension",
            },
        ),
        migrations.CreateModel(
            name="ExtensionHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("days", models.PositiveSmallIntegerField()),
                ("before", models.DateTimeField(help_text="receiving time it was computed from")),
                ("after", models.DateTimeField(help_text="intended receiving time")),
                (
                    "cycle",
                    models.CharField(help_text="the check round or the person's click: once each", max_length=40),
                ),
                (
                    "text",
                    models.CharField(
                        blank=True, help_text="base code of the text that goes out once this is settled", max_length=10
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("refused", models.CharField(blank=True, max_length=300)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="NoteLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveIntegerField()),
                ("quantity", models.PositiveIntegerField()),
                (
                    "value",
                    models.DecimalField(
                        decimal_places=4, help_text="declared for the line; the lines add up to the note", max_digits=14
                    ),
                ),
                (
                    "paid",
                    models.DecimalField(
                        decimal_places=4, help_text="really paid for the line, net of all discounts", max_digits=14
                    ),
                ),
                (
                    "unit_value",
                    models.DecimalField(
                        decimal_places=4, help_text="value of one piece to four places, for reading", max_digits=14
                    ),
                ),
                (
                    "unit_cost",
                    models.DecimalField(
                        decimal_places=4, help_text="purchase price the purchaser signs", max_digits=14, null=True
                    ),
                ),
                ("wish", models.CharField(blank=True, max_length=300)),
                (
                    "wish_by_hand",
                    models.BooleanField(
                        default=False, help_text="somebody wrote the wish on the note: the order no longer changes it"
                    ),
                ),
                ("assort", models.BooleanField(default=False)),
                ("fragile", models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name="NoteLineHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("position", models.PositiveIntegerField()),
                ("quantity", models.PositiveIntegerField()),
                (
                    "value",
                    models.DecimalField(
                        decimal_places=4, help_text="declared for the line; the lines add up to the note", max_digits=14
                    ),
                ),
                (
                    "paid",
                    models.DecimalField(
                        decimal_places=4, help_text="really paid for the line, net of all discounts", max_digits=14
                    ),
                ),
                (
                    "unit_value",
                    models.DecimalField(
                        decimal_places=4, help_text="value of one piece to four places, for reading", max_digits=14
                    ),
                ),
                (
                    "unit_cost",
                    models.DecimalField(
                        decimal_places=4, help_text="purchase price the purchaser signs", max_digits=14, null=True
                    ),
                ),
                ("wish", models.CharField(blank=True, max_length=300)),
                (
                    "wish_by_hand",
                    models.BooleanField(
                        default=False, help_text="somebody wrote the wish on the note: the order no longer changes it"
                    ),
                ),
                ("assort", models.BooleanField(default=False)),
                ("fragile", models.BooleanField(default=False)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="NoteSignature",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("price", "Purchaser: price"), ("note", "Supervisor: note")], max_length=6
                    ),
                ),
                ("revision", models.PositiveIntegerField()),
                ("label", models.CharField(help_text="who signed, as shown", max_length=150)),
                ("at", models.DateTimeField()),
                ("void_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="NoteSignatureHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[("price", "Purchaser: price"), ("note", "Supervisor: note")], max_length=6
                    ),
                ),
                ("revision", models.PositiveIntegerField()),
                ("label", models.CharField(help_text="who signed, as shown", max_length=150)),
                ("at", models.DateTimeField()),
                ("void_at", models.DateTimeField(null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Parcel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=20, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("packed", "Packed"),
                            ("shipped", "Under way"),
                            ("delivered", "Delivered"),
                            ("returned", "Returned"),
                            ("lost", "Lost"),
                            ("closed", "Closed"),
                        ],
                        max_length=10,
                    ),
                ),
                ("country", models.CharField(max_length=2)),
                ("tracking_number", models.CharField(blank=True, max_length=60)),
                (
                    "tracking_key",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.text.Upper("tracking_number"),
                        output_field=models.CharField(max_length=60),
                    ),
                ),
                (
                    "tracking_tail",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.text.Right(
                            django.db.models.functions.text.Upper("tracking_number"), 6
                        ),
                        output_field=models.CharField(max_length=6),
                    ),
                ),
                ("label_scanned_at", models.DateTimeField(null=True)),
                ("weight_g", models.PositiveIntegerField(null=True)),
                (
                    "checks",
                    models.JSONField(default=dict, help_text="the packing check list: what was confirmed, by whom"),
                ),
                ("packed_at", models.DateTimeField(null=True)),
                ("shipped_at", models.DateTimeField(null=True)),
                ("declared_at", models.DateTimeField(help_text="the channel confirmed the number", null=True)),
                (
                    "tracking_state",
                    models.CharField(
                        choices=[
                            ("untracked", "Not tracked"),
                            ("not_found", "Not found"),
                            ("in_transit", "In transit"),
                            ("customs", "At customs"),
                            ("customs_held", "Held by customs"),
                            ("out_for_delivery", "Out for delivery"),
                            ("awaiting_collection", "Ready for collection"),
                            ("attempted", "Delivery failed"),
                            ("stalled", "No news for long"),
                            ("returning", "Being returned"),
                            ("returned", "Returned"),
                            ("delivered", "Delivered"),
                            ("lost", "Lost"),
                        ],
                        default="not_found",
                        max_length=20,
                    ),
                ),
                ("last_event_at", models.DateTimeField(null=True)),
                ("last_event_text", models.CharField(blank=True, max_length=300)),
                ("promised_by", models.DateTimeField(help_text="what the buyer was told", null=True)),
                (
                    "receive_by",
                    models.DateTimeField(
                        help_text="the channel's receiving time ends; null where there is none", null=True
                    ),
                ),
                ("next_check_at", models.DateTimeField(null=True)),
                (
                    "next_check_why",
                    models.CharField(
                        blank=True,
                        help_text="why that time: a rule of the tables, or first, event, promise…",
                        max_length=20,
                    ),
                ),
                ("check_round", models.PositiveIntegerField(default=0)),
                ("checked_at", models.DateTimeField(null=True)),
                (
                    "advice",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("wait", "Wait"),
                            ("wait_extend", "Ask for patience and lengthen the receiving time"),
                            ("advise_pickup", "Ask the buyer to collect it"),
                            ("ask_post_office", "Ask the buyer to check the post office"),
                            ("customs_documents", "Offer papers for customs"),
                            ("carrier_inquiry", "Ask the carrier to search"),
                            ("decline_with_evidence", "Refuse with proof"),
                            ("refund_full", "Refund"),
                            ("refund_partial", "Refund a part"),
                            ("resend_full", "Send again"),
                            ("pay_duty", "Pay the duty"),
                            ("restock_refund_goods", "Take back and refund the goods"),
                            ("escalate", "A supervisor decides"),
                        ],
                        help_text="what the last check advised",
                        max_length=24,
                    ),
                ),
                ("advice_rule", models.CharField(blank=True, max_length=10)),
                ("held_since", models.DateTimeField(help_text="customs holds it since then", null=True)),
                (
                    "hold_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("documents", "Papers missing"),
                            ("valuation", "Value doubted"),
                            ("duty_unpaid", "Duty not paid"),
                            ("recipient_id", "Identity of the recipient"),
                            ("restricted", "Restricted goods"),
                            ("counterfeit", "Suspected imitation"),
                            ("recipient_refuses", "Recipient refuses"),
                        ],
                        max_length=20,
                    ),
                ),
                ("waiting_since", models.DateTimeField(help_text="it can be collected since then", null=True)),
                ("post_office", models.CharField(blank=True, max_length=120)),
                (
                    "buyer_mood",
                    models.CharField(
                        blank=True,
                        choices=[("calm", "Patient"), ("neutral", "Neutral"), ("impatient", "Impatient")],
                        help_text="set by a person, never guessed",
                        max_length=10,
                    ),
                ),
                ("delivered_at", models.DateTimeField(null=True)),
                ("settled_at", models.DateTimeField(null=True)),
                ("settle_reason", models.CharField(blank=True, max_length=300)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "parcel",
            },
        ),
        migrations.CreateModel(
            name="ParcelHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("number", models.CharField(max_length=20)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("packed", "Packed"),
                            ("shipped", "Under way"),
                            ("delivered", "Delivered"),
                            ("returned", "Returned"),
                            ("lost", "Lost"),
                            ("closed", "Closed"),
                        ],
                        max_length=10,
                    ),
                ),
                ("country", models.CharField(max_length=2)),
                ("tracking_number", models.CharField(blank=True, max_length=60)),
                ("label_scanned_at", models.DateTimeField(null=True)),
                ("weight_g", models.PositiveIntegerField(null=True)),
                (
                    "checks",
                    models.JSONField(default=dict, help_text="the packing check list: what was confirmed, by whom"),
                ),
                ("packed_at", models.DateTimeField(null=True)),
                ("shipped_at", models.DateTimeField(null=True)),
                ("declared_at", models.DateTimeField(help_text="the channel confirmed the number", null=True)),
                (
                    "tracking_state",
                    models.CharField(
                        choices=[
                            ("untracked", "Not tracked"),
                            ("not_found", "Not found"),
                            ("in_transit", "In transit"),
                            ("customs", "At customs"),
                            ("customs_held", "Held by customs"),
                            ("out_for_delivery", "Out for delivery"),
                            ("awaiting_collection", "Ready for collection"),
                            ("attempted", "Delivery failed"),
                            ("stalled", "No news for long"),
                            ("returning", "Being returned"),
                            ("returned", "Returned"),
                            ("delivered", "Delivered"),
                            ("lost", "Lost"),
                        ],
                        default="not_found",
                        max_length=20,
                    ),
                ),
                ("last_event_at", models.DateTimeField(null=True)),
                ("promised_by", models.DateTimeField(help_text="what the buyer was told", null=True)),
                (
                    "receive_by",
                    models.DateTimeField(
                        help_text="the channel's receiving time ends; null where there is none", null=True
                    ),
                ),
                ("next_check_at", models.DateTimeField(null=True)),
                (
                    "next_check_why",
                    models.CharField(
                        blank=True,
                        help_text="why that time: a rule of the tables, or first, event, promise…",
                        max_length=20,
                    ),
                ),
                ("check_round", models.PositiveIntegerField(default=0)),
                ("checked_at", models.DateTimeField(null=True)),
                (
                    "advice",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("wait", "Wait"),
                            ("wait_extend", "Ask for patience and lengthen the receiving time"),
                            ("advise_pickup", "Ask the buyer to collect it"),
                            ("ask_post_office", "Ask the buyer to check the post office"),
                            ("customs_documents", "Offer papers for customs"),
                            ("carrier_inquiry", "Ask the carrier to search"),
                            ("decline_with_evidence", "Refuse with proof"),
                            ("refund_full", "Refund"),
                            ("refund_partial", "Refund a part"),
                            ("resend_full", "Send again"),
                            ("pay_duty", "Pay the duty"),
                            ("restock_refund_goods", "Take back and refund the goods"),
                            ("escalate", "A supervisor decides"),
                        ],
                        help_text="what the last check advised",
                        max_length=24,
                    ),
                ),
                ("advice_rule", models.CharField(blank=True, max_length=10)),
                ("held_since", models.DateTimeField(help_text="customs holds it since then", null=True)),
                (
                    "hold_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("documents", "Papers missing"),
                            ("valuation", "Value doubted"),
                            ("duty_unpaid", "Duty not paid"),
                            ("recipient_id", "Identity of the recipient"),
                            ("restricted", "Restricted goods"),
                            ("counterfeit", "Suspected imitation"),
                            ("recipient_refuses", "Recipient refuses"),
                        ],
                        max_length=20,
                    ),
                ),
                ("waiting_since", models.DateTimeField(help_text="it can be collected since then", null=True)),
                ("post_office", models.CharField(blank=True, max_length=120)),
                (
                    "buyer_mood",
                    models.CharField(
                        blank=True,
                        choices=[("calm", "Patient"), ("neutral", "Neutral"), ("impatient", "Impatient")],
                        help_text="set by a person, never guessed",
                        max_length=10,
                    ),
                ),
                ("delivered_at", models.DateTimeField(null=True)),
                ("settled_at", models.DateTimeField(null=True)),
                ("settle_reason", models.CharField(blank=True, max_length=300)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ParcelLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("quantity", models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="PrintBatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=20, unique=True)),
                ("language", models.CharField(default="zh-hans", max_length=10)),
                ("documents", models.JSONField(default=list, help_text="pick_list, notes, labels")),
                ("note_count", models.PositiveIntegerField(default=0)),
                ("content_hash", models.CharField(blank=True, max_length=64)),
                ("void_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
                ("printed_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "print batch",
            },
        ),
        migrations.CreateModel(
            name="PrintBatchHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("number", models.CharField(max_length=20)),
                ("language", models.CharField(default="zh-hans", max_length=10)),
                ("documents", models.JSONField(default=list, help_text="pick_list, notes, labels")),
                ("note_count", models.PositiveIntegerField(default=0)),
                ("content_hash", models.CharField(blank=True, max_length=64)),
                ("void_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
                ("printed_at", models.DateTimeField(null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="PrintLog",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveIntegerField()),
                ("reprint", models.BooleanField(default=False)),
                ("label_number", models.CharField(blank=True, help_text="waybill number on the label", max_length=60)),
                ("problem", models.CharField(blank=True, help_text="why its label was not printed", max_length=300)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="PromiseRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("rule_id", models.CharField(max_length=20)),
                ("priority", models.PositiveIntegerField()),
                ("service_match", models.CharField(help_text="kind:a|b, service:A|B or *", max_length=200)),
                ("destination_match", models.CharField(help_text="countries separated by ; or *", max_length=300)),
                ("promise_days", models.PositiveSmallIntegerField()),
                ("first_check_days", models.PositiveSmallIntegerField()),
                ("second_check_days", models.PositiveSmallIntegerField()),
                ("lost_after_days", models.PositiveSmallIntegerField()),
                ("extend_when_days_left", models.PositiveSmallIntegerField()),
                ("note_zh", models.CharField(blank=True, max_length=200)),
                ("origin", models.CharField(blank=True, max_length=200)),
                ("valid_from", models.DateField()),
            ],
            options={
                "verbose_name": "promise",
                "ordering": ["priority"],
            },
        ),
        migrations.CreateModel(
            name="PromiseRuleHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("rule_id", models.CharField(max_length=20)),
                ("priority", models.PositiveIntegerField()),
                ("service_match", models.CharField(help_text="kind:a|b, service:A|B or *", max_length=200)),
                ("destination_match", models.CharField(help_text="countries separated by ; or *", max_length=300)),
                ("promise_days", models.PositiveSmallIntegerField()),
                ("first_check_days", models.PositiveSmallIntegerField()),
                ("second_check_days", models.PositiveSmallIntegerField()),
                ("lost_after_days", models.PositiveSmallIntegerField()),
                ("extend_when_days_left", models.PositiveSmallIntegerField()),
                ("note_zh", models.CharField(blank=True, max_length=200)),
                ("origin", models.CharField(blank=True, max_length=200)),
                ("valid_from", models.DateField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ScanEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(help_text="note, item, weight, check, label, undo, hand_over", max_length=12),
                ),
                ("code", models.CharField(max_length=120)),
                ("ok", models.BooleanField()),
                ("answer", models.CharField(help_text="stable code of the answer", max_length=60)),
                ("detail", models.JSONField(default=dict)),
                ("key", models.CharField(max_length=80, unique=True)),
                ("undone", models.BooleanField(default=False)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Service",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=30, unique=True)),
                ("name_en", models.CharField(max_length=120)),
                ("name_zh", models.CharField(blank=True, max_length=120)),
                ("carrier", models.CharField(max_length=60)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("postal_untracked", "Ordinary small packet"),
                            ("postal_registered", "Registered small packet"),
                            ("postal_tracked", "Tracked post"),
                            ("ems", "EMS"),
                            ("express", "Express"),
                            ("dedicated_line", "Dedicated line"),
                            ("marketplace_line", "Marketplace line"),
                            ("local", "Local delivery"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "connector",
                    models.CharField(
                        blank=True,
                        help_text="carrier connector that issues waybill numbers; empty = pool or file",
                        max_length=20,
                    ),
                ),
                ("active", models.BooleanField(default=True)),
                (
                    "tracking_level",
                    models.CharField(default="full", help_text="none, to_departure, to_arrival, full", max_length=20),
                ),
                ("days_min", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("days_max", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("max_weight_g", models.PositiveIntegerField(blank=True, null=True)),
                ("value_max", models.DecimalField(blank=True, decimal_places=2, max_digits=12, null=True)),
                ("value_max_currency", models.CharField(blank=True, max_length=3)),
                (
                    "pickup_time",
                    models.TimeField(
                        blank=True, help_text="carrier's pick-up at the warehouse; empty = house rule", null=True
                    ),
                ),
                (
                    "number_pattern",
                    models.CharField(blank=True, help_text="regular expression of its waybill numbers", max_length=120),
                ),
                ("tracking_url", models.CharField(blank=True, help_text="{number} is filled in", max_length=200)),
                ("customs_form", models.CharField(blank=True, max_length=20)),
                (
                    "match_words",
                    models.JSONField(
                        default=list, help_text="words in the buyer's shipping method that mean this service"
                    ),
                ),
                ("facts", models.JSONField(default=dict, help_text="further columns of the reference list")),
            ],
            options={
                "verbose_name": "service",
                "ordering": ["code"],
            },
        ),
        migrations.CreateModel(
            name="ServiceHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("code", models.CharField(max_length=30)),
                ("name_en", models.CharField(max_length=120)),
                ("name_zh", models.CharField(blank=True, max_length=120)),
                ("carrier", models.CharField(max_length=60)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("postal_untracked", "Ordinary small packet"),
                            ("postal_registered", "Registered small packet"),
                            ("postal_tracked", "Tracked post"),
                            ("ems", "EMS"),
                            ("express", "Express"),
                            ("dedicated_line", "Dedicated line"),
                            ("marketplace_line", "Marketplace line"),
                            ("local", "Local delivery"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "connector",
                    models.CharField(
                        blank=True,
                        help_text="carrier connector that issues waybill numbers; empty = pool or file",
                        max_length=20,
                    ),
                ),
                ("active", models.BooleanField(default=True)),
                (
                    "tracking_level",
                    models.CharField(default="full", help_text="none, to_departure, to_arrival, full", max_length=20),
                ),
                ("days_min", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("days_max", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("max_weight_g", models.PositiveIntegerField(blank=True, null=True)),
                ("value_max", models.DecimalField(blank=True, decimal_places=2, max_digits=12, null=True)),
                ("value_max_currency", models.CharField(blank=True, max_length=3)),
                (
                    "pickup_time",
                    models.TimeField(
                        blank=True, help_text="carrier's pick-up at the warehouse; empty = house rule", null=True
                    ),
                ),
                (
                    "number_pattern",
                    models.CharField(blank=True, help_text="regular expression of its waybill numbers", max_length=120),
                ),
                ("tracking_url", models.CharField(blank=True, help_text="{number} is filled in", max_length=200)),
                ("customs_form", models.CharField(blank=True, max_length=20)),
                (
                    "match_words",
                    models.JSONField(
                        default=list, help_text="words in the buyer's shipping method that mean this service"
                    ),
                ),
                ("facts", models.JSONField(default=dict, help_text="further columns of the reference list")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="TrackingEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("occurred_at", models.DateTimeField()),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("registered", "Registered"),
                            ("picked_up", "Picked up"),
                            ("left_origin", "Left the country of origin"),
                            ("export_customs", "Export customs"),
                            ("arrived", "Arrived in the country of destination"),
                            ("import_customs", "Import customs"),
                            ("held", "Held by customs"),
                            ("in_transit", "On the way"),
                            ("out_for_delivery", "Out for delivery"),
                            ("attempted", "Delivery attempted"),
                            ("ready_for_collection", "Ready for collection"),
                            ("delivered", "Delivered"),
                            ("returning", "Being returned"),
                            ("returned", "Returned"),
                            ("lost", "Lost"),
                            ("stopped", "Tracking stopped"),
                        ],
                        max_length=22,
                    ),
                ),
                ("description", models.CharField(blank=True, max_length=300)),
                ("location", models.CharField(blank=True, max_length=120)),
                ("source", models.CharField(help_text="hand, file, sandbox, channel, 17track", max_length=20)),
                (
                    "digest",
                    models.CharField(help_text="of time, text and place: the same event is kept once", max_length=64),
                ),
                ("raw", models.JSONField(default=dict)),
                ("received_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "tracking event",
            },
        ),
        migrations.CreateModel(
            name="WaybillNumber",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=60)),
                (
                    "state",
                    models.CharField(
                        choices=[("free", "Free"), ("reserved", "Reserved"), ("used", "Used"), ("void", "Void")],
                        default="free",
                        max_length=8,
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[("pool", "Number pool"), ("file", "File"), ("api", "Carrier"), ("hand", "By hand")],
                        max_length=5,
                    ),
                ),
                (
                    "check_ok",
                    models.BooleanField(default=True, help_text="S10 check digit holds; a warning, never a refusal"),
                ),
                ("void_reason", models.CharField(blank=True, max_length=200)),
                ("added_at", models.DateTimeField()),
                ("reserved_at", models.DateTimeField(null=True)),
                ("used_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "waybill number",
            },
        ),
        migrations.CreateModel(
            name="WaybillNumberHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("number", models.CharField(max_length=60)),
                (
                    "state",
                    models.CharField(
                        choices=[("free", "Free"), ("reserved", "Reserved"), ("used", "Used"), ("void", "Void")],
                        default="free",
                        max_length=8,
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[("pool", "Number pool"), ("file", "File"), ("api", "Carrier"), ("hand", "By hand")],
                        max_length=5,
                    ),
                ),
                (
                    "check_ok",
                    models.BooleanField(default=True, help_text="S10 check digit holds; a warning, never a refusal"),
                ),
                ("void_reason", models.CharField(blank=True, max_length=200)),
                ("added_at", models.DateTimeField()),
                ("reserved_at", models.DateTimeField(null=True)),
                ("used_at", models.DateTimeField(null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ApprovalRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, unique=True)),
                ("active", models.BooleanField(default=True)),
                ("position", models.PositiveIntegerField(default=0)),
                ("kinds", models.JSONField(default=list, help_text="signatures it gives: price, note")),
                (
                    "conditions",
                    models.JSONField(
                        default=dict,
                        help_text="input -> value, list or {gte, lte}: in_stock, margin_percent, has_wish, …",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.store",
                    ),
                ),
            ],
            options={
                "verbose_name": "approval rule",
                "ordering": ["position", "id"],
            },
        ),
        migrations.CreateModel(
            name="ApprovalRuleHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("name", models.CharField(max_length=80)),
                ("active", models.BooleanField(default=True)),
                ("position", models.PositiveIntegerField(default=0)),
                ("kinds", models.JSONField(default=list, help_text="signatures it gives: price, note")),
                (
                    "conditions",
                    models.JSONField(
                        default=dict,
                        help_text="input -> value, list or {gte, lte}: in_stock, margin_percent, has_wish, …",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="logistics.approvalrule",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="accounts.store",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="CoverageRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("service_kind", models.CharField(max_length=20)),
                ("destination", models.CharField(max_length=3)),
                ("coverage", models.CharField(max_length=20)),
                ("note_en", models.CharField(blank=True, max_length=200)),
                ("source", models.CharField(blank=True, max_length=100)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("service_kind", "destination"), name="coverage_once")],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="coveragerule",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "logistics_coveragerulehistory" ("coverage", "destination", "id", "note_en", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "service_kind", "source") SELECT new_values."coverage", new_values."destination", new_values."id", new_values."note_en", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."service_kind", new_values."source" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="9d03c8b019644d3290a27be554d8b746cb3d81bc",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_07db2",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="logistics_coveragerule",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="coveragerule",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "logistics_coveragerulehistory" ("coverage", "destination", "id", "note_en", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "service_kind", "source") SELECT new_values."coverage", new_values."destination", new_values."id", new_values."note_en", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', new_values."id", new_values."service_kind", new_values."source" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="6d30fcb538741f53e848afb14ec4444c352144ea",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_a5511",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="logistics_coveragerule",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="coveragerule",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "logistics_coveragerulehistory" ("coverage", "destination", "id", "note_en", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "service_kind", "source") SELECT old_values."coverage", old_values."destination", old_values."id", old_values."note_en", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."service_kind", old_values."source" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="2bee473b1a410f95ee4f7a3fff8ea9c65953fe48",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_61ab2",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="logistics_coveragerule",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="coveragerulehistory",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="logistics.coveragerule",
            ),
        ),
        migrations.AddConstraint(
            model_name="decisionrule",
            constraint=models.UniqueConstraint(fields=("rule_id", "valid_from"), name="decision_once"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="decisionrule",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "logistics_decisionrulehistory" ("active", "advice", "alternatives", "approval", "choose_by", "conditions", "cost_formula", "evidence_required", "extend_confirm", "id", "message_template", "next_check_days", "note_en", "note_zh", "origin", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "priority", "rule_id", "table_code", "valid_from") SELECT new_values."active", new_values."advice", new_values."alternatives", new_values."approval", new_values."choose_by", new_values."conditions", new_values."cost_formula", new_values."evidence_required", new_values."extend_confirm", new_values."id", new_values."message_template", new_values."next_check_days", new_values."note_en", new_values."note_zh", new_values."origin", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."priority", new_values."rule_id", new_values."table_code", new_values."valid_from" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="210b0f07c595a786ed3b5680fdcb5fe532556273",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_adee9",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="logistics_decisionrule",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="decisionrule",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "logistics_decisionrulehistory" ("active", "advice", "alternatives", "approval", "choose_by", "conditions", "cost_formula", "evidence_required", "extend_confirm", "id", "message_template", "next_check_days", "note_en", "note_zh", "origin", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "priority", "rule_id", "table_code", "valid_from") SELECT new_values."active", new_values."advice", new_values."alternatives", new_values."approval", new_values."choose_by", new_values."conditions", new_values."cost_formula", new_values."evidence_required", new_values."extend_confirm", new_values."id", new_values."message_template", new_values."next_check_days", new_values."note_en", new_values."note_zh", new_values."origin", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', new_values."id", new_values."priority", new_values."rule_id", new_values."table_code", new_values."valid_from" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="bd5e7553389f33b5bd827e0b4c15e3b427be733d",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_31c6b",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="logistics_decisionrule",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="decisionrule",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "logistics_decisionrulehistory" ("active", "advice", "alternatives", "approval", "choose_by", "conditions", "cost_formula", "evidence_required", "extend_confirm", "id", "message_template", "next_check_days", "note_en", "note_zh", "origin", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "priority", "rule_id", "table_code", "valid_from") SELECT old_values."active", old_values."advice", old_values."alternatives", old_values."approval", old_values."choose_by", old_values."conditions", old_values."cost_formula", old_values."evidence_required", old_values."extend_confirm", old_values."id", old_values."message_template", old_values."next_check_days", old_values."note_en", old_values."note_zh", old_values."origin", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."priority", old_values."rule_id", old_values."table_code", old_values."valid_from" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="55379434bff22b9a6f2b4d1b0def2dcce1020e36",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_ac722",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="logistics_decisionrule",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="decisionrulehistory",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="logistics.decisionrule",
            ),
        ),
        migrations.AddField(
            model_name="dispatchnote",
            name="blocked_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="dispatchnote",
            name="order",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="notes", to="orders.order"
            ),
        ),
        migrations.AddField(
            model_name="dispatchnote",
            name="store",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="notes", to="accounts.store"
            ),
        ),
        migrations.AddField(
            model_name="dispatchnote",
            name="warehouse",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="notes", to="inventory.warehouse"
            ),
        ),
        migrations.AddField(
            model_name="dispatchnotehistory",
            name="blocked_by",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="dispatchnotehistory",
            name="order",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="orders.order",
            ),
        ),
        migrations.AddField(
            model_name="dispatchnotehistory",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="logistics.dispatchnote",
            ),
        ),
        migrations.AddField(
            model_name="dispatchnotehistory",
            name="store",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="accounts.store",
            ),
        ),
        migrations.AddField(
            model_name="dispatchnotehistory",
            name="warehouse",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="inventory.warehouse",
            ),
        ),
        migrations.AddField(
            model_name="extension",
            name="call",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="stores.outboundcall"
            ),
        ),
        migrations.AddField(
            model_name="extension",
            name="store",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.store"),
        ),
        migrations.AddField(
            model_name="extensionhistory",
            name="call",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="stores.outboundcall",
            ),
        ),
        migrations.AddField(
            model_name="extensionhistory",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="logistics.extension",
            ),
        ),
        migrations.AddField(
            model_name="extensionhistory",
            name="store",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="accounts.store",
            ),
        ),
        migrations.AddField(
            model_name="noteline",
            name="note",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="logistics.dispatchnote"
            ),
        ),
        migrations.AddField(
            model_name="noteline",
            name="order_line",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="note_lines", to="orders.orderline"
            ),
        ),
        migrations.AddField(
            model_name="noteline",
            name="sku",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="note_lines", to="products.sku"
            ),
        ),
        migrations.AddField(
            model_name="notelinehistory",
            name="note",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="logistics.dispatchnote",
            ),
        ),
        migrations.AddField(
            model_name="notelinehistory",
            name="order_line",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="orders.orderline",
            ),
        ),
        migrations.AddField(
            model_name="notelinehistory",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="logistics.noteline",
            ),
        ),
        migrations.AddField(
            model_name="notelinehistory",
            name="sku",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="products.sku",
            ),
        ),
        migrations.AddField(
            model_name="notesignature",
            name="note",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="signatures", to="logistics.dispatchnote"
            ),
        ),
        migrations.AddField(
            model_name="notesignature",
            name="rule",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="logistics.approvalrule"
            ),
        ),
        migrations.AddField(
            model_name="notesignature",
            name="user",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="notesignaturehistory",
            name="note",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="logistics.dispatchnote",
            ),
        ),
        migrations.AddField(
            model_name="notesignaturehistory",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="logistics.notesignature",
            ),
        ),
        migrations.AddField(
            model_name="notesignaturehistory",
            name="rule",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="logistics.approvalrule",
            ),
        ),
        migrations.AddField(
            model_name="notesignaturehistory",
            name="user",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="parcel",
            name="declare_call",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="stores.outboundcall"
            ),
        ),
        migrations.AddField(
            model_name="parcel",
            name="handed_over_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="parcel",
            name="note",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="parcel",
                to="logistics.dispatchnote",
            ),
        ),
        migrations.AddField(
            model_name="parcel",
            name="order",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="parcels", to="orders.order"
            ),
        ),
        migrations.AddField(
            model_name="parcel",
            name="packed_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="parcel",
            name="store",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="parcels", to="accounts.store"
            ),
        ),
        migrations.AddField(
            model_name="parcel",
            name="warehouse",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="inventory.warehouse"
            ),
        ),
        migrations.AddField(
            model_name="extensionhistory",
            name="parcel",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="logistics.parcel",
            ),
        ),
        migrations.AddField(
            model_name="extension",
            name="parcel",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="extensions", to="logistics.parcel"
            ),
        ),
        migrations.AddField(
            model_name="parcelhistory",
            name="declare_call",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="stores.outboundcall",
            ),
        ),
        migrations.AddField(
            model_name="parcelhistory",
            name="handed_over_by",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="parcelhistory",
            name="note",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="logistics.dispatchnote",
            ),
        ),
        migrations.AddField(
            model_name="parcelhistory",
            name="order",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="orders.order",
            ),
        ),
        migrations.AddField(
            model_name="parcelhistory",
            name="packed_by",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="parcelhistory",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="logistics.parcel",
            ),
        ),
        migrations.AddField(
            model_name="parcelhistory",
            name="store",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="accounts.store",
            ),
        ),
        migrations.AddField(
            model_name="parcelhistory",
            name="warehouse",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="inventory.warehouse",
            ),
        ),
        migrations.AddField(
            model_name="parcelline",
            name="note_line",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="logistics.noteline"
            ),
        ),
        migrations.AddField(
            model_name="parcelline",
            name="parcel",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="logistics.parcel"
            ),
        ),
        migrations.AddField(
            model_name="parcelline",
            name="sku",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="products.sku"),
        ),
        migrations.AddField(
            model_name="printbatch",
            name="job",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="print_batch", to="core.job"
            ),
        ),
        migrations.AddField(
            model_name="printbatch",
            name="owner",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="batches",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="printbatchhistory",
            name="job",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="core.job",
            ),
        ),
        migrations.AddField(
            model_name="printbatchhistory",
            name="owner",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="printbatchhistory",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="logistics.printbatch",
            ),
        ),
        migrations.AddField(
            model_name="printlog",
            name="batch",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="rows", to="logistics.printbatch"
            ),
        ),
        migrations.AddField(
            model_name="printlog",
            name="note",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="prints", to="logistics.dispatchnote"
            ),
        ),
        migrations.AddConstraint(
            model_name="promiserule",
            constraint=models.UniqueConstraint(fields=("rule_id", "valid_from"), name="promise_once"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="promiserule",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "logistics_promiserulehistory" ("destination_match", "extend_when_days_left", "first_check_days", "id", "lost_after_days", "note_zh", "origin", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "priority", "promise_days", "rule_id", "second_check_days", "service_match", "valid_from") SELECT new_values."destination_match", new_values."extend_when_days_left", new_values."first_check_days", new_values."id", new_values."lost_after_days", new_values."note_zh", new_values."origin", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."priority", new_values."promise_days", new_values."rule_id", new_values."second_check_days", new_values."service_match", new_values."valid_from" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="b666bea1a53a8dcbc362475a9f8fa8bc0d0db595",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_cb44c",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="logistics_promiserule",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="promiserule",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "logistics_promiserulehistory" ("destination_match", "extend_when_days_left", "first_check_days", "id", "lost_after_days", "note_zh", "origin", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "priority", "promise_days", "rule_id", "second_check_days", "service_match", "valid_from") SELECT new_values."destination_match", new_values."extend_when_days_left", new_values."first_check_days", new_values."id", new_values."lost_after_days", new_values."note_zh", new_values."origin", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', new_values."id", new_values."priority", new_values."promise_days", new_values."rule_id", new_values."second_check_days", new_values."service_match", new_values."valid_from" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="791138528bdcf552365fc793cb599d9a6327ff9f",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_1568d",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="logistics_promiserule",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="promiserule",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "logistics_promiserulehistory" ("destination_match", "extend_when_days_left", "first_check_days", "id", "lost_after_days", "note_zh", "origin", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "priority", "promise_days", "rule_id", "second_check_days", "service_match", "valid_from") SELECT old_values."destination_match", old_values."extend_when_days_left", old_values."first_check_days", old_values."id", old_values."lost_after_days", old_values."note_zh", old_values."origin", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."priority", old_values."promise_days", old_values."rule_id", old_values."second_check_days", old_values."service_match", old_values."valid_from" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="acfb333b600b1b9b822d75725920735367ee1da6",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_18bb4",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="logistics_promiserule",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="promiserulehistory",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="logistics.promiserule",
            ),
        ),
        migrations.AddField(
            model_name="scanevent",
            name="note",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="scans",
                to="logistics.dispatchnote",
            ),
        ),
        migrations.AddField(
            model_name="scanevent",
            name="parcel",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="scans", to="logistics.parcel"
            ),
        ),
        migrations.AddField(
            model_name="scanevent",
            name="user",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="parcelhistory",
            name="service",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="logistics.service",
            ),
        ),
        migrations.AddField(
            model_name="parcel",
            name="service",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="parcels", to="logistics.service"
            ),
        ),
        migrations.AddField(
            model_name="dispatchnotehistory",
            name="service",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="logistics.service",
            ),
        ),
        migrations.AddField(
            model_name="dispatchnote",
            name="service",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="notes", to="logistics.service"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="service",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "logistics_servicehistory" ("active", "carrier", "code", "connector", "customs_form", "days_max", "days_min", "facts", "id", "kind", "match_words", "max_weight_g", "name_en", "name_zh", "number_pattern", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pickup_time", "tracking_level", "tracking_url", "value_max", "value_max_currency") SELECT new_values."active", new_values."carrier", new_values."code", new_values."connector", new_values."customs_form", new_values."days_max", new_values."days_min", new_values."facts", new_values."id", new_values."kind", new_values."match_words", new_values."max_weight_g", new_values."name_en", new_values."name_zh", new_values."number_pattern", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."pickup_time", new_values."tracking_level", new_values."tracking_url", new_values."value_max", new_values."value_max_currency" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="8a94bf091876ea3b01c8d3d495abca7f0ae33fe4",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_c36f5",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="logistics_service",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="service",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "logistics_servicehistory" ("active", "carrier", "code", "connector", "customs_form", "days_max", "days_min", "facts", "id", "kind", "match_words", "max_weight_g", "name_en", "name_zh", "number_pattern", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pickup_time", "tracking_level", "tracking_url", "value_max", "value_max_currency") SELECT new_values."active", new_values."carrier", new_values."code", new_values."connector", new_values."customs_form", new_values."days_max", new_values."days_min", new_values."facts", new_values."id", new_values."kind", new_values."match_words", new_values."max_weight_g", new_values."name_en", new_values."name_zh", new_values."number_pattern", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', new_values."id", new_values."pickup_time", new_values."tracking_level", new_values."tracking_url", new_values."value_max", new_values."value_max_currency" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="142719cd8903ac0e2bdaeacc37f889aea0e173cf",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_b2ed3",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="logistics_service",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="service",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "logistics_servicehistory" ("active", "carrier", "code", "connector", "customs_form", "days_max", "days_min", "facts", "id", "kind", "match_words", "max_weight_g", "name_en", "name_zh", "number_pattern", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pickup_time", "tracking_level", "tracking_url", "value_max", "value_max_currency") SELECT old_values."active", old_values."carrier", old_values."code", old_values."connector", old_values."customs_form", old_values."days_max", old_values."days_min", old_values."facts", old_values."id", old_values."kind", old_values."match_words", old_values."max_weight_g", old_values."name_en", old_values."name_zh", old_values."number_pattern", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."pickup_time", old_values."tracking_level", old_values."tracking_url", old_values."value_max", old_values."value_max_currency" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="fffe8b8fbdee9f404b9e06429b14bf699f419aa9",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_41f0e",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="logistics_service",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="servicehistory",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="logistics.service",
            ),
        ),
        migrations.AddField(
            model_name="trackingevent",
            name="parcel",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="events", to="logistics.parcel"
            ),
        ),
        migrations.AddField(
            model_name="waybillnumber",
            name="note",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="numbers",
                to="logistics.dispatchnote",
            ),
        ),
        migrations.AddField(
            model_name="waybillnumber",
            name="service",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="numbers", to="logistics.service"
            ),
        ),
        migrations.AddField(
            model_name="waybillnumberhistory",
            name="note",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="logistics.dispatchnote",
            ),
        ),
        migrations.AddField(
            model_name="waybillnumberhistory",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="logistics.waybillnumber",
            ),
        ),
        migrations.AddField(
            model_name="waybillnumberhistory",
            name="service",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="logistics.service",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="approvalrule",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "logistics_approvalrulehistory" ("active", "conditions", "id", "kinds", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "store_id") SELECT new_values."active", new_values."conditions", new_values."id", new_values."kinds", new_values."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."position", new_values."store_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="e794482624f3455e7bf1f214dbcbf6627b4e64a6",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_3cf03",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="logistics_approvalrule",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="approvalrule",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "logistics_approvalrulehistory" ("active", "conditions", "id", "kinds", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "store_id") SELECT new_values."active", new_values."conditions", new_values."id", new_values."kinds", new_values."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', new_values."id", new_values."position", new_values."store_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="c17846ff9937bdf43bdc55f9051b1f3bc81766d3",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_bb053",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="logistics_approvalrule",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="approvalrule",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "logistics_approvalrulehistory" ("active", "conditions", "id", "kinds", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "store_id") SELECT old_values."active", old_values."conditions", old_values."id", old_values."kinds", old_values."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."position", old_values."store_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="136f286352fd03a01f61e3e3d1ae31b210ecd14e",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_586c2",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="logistics_approvalrule",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="approvalrulehistory",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="6a173f192387be803e07b796912df4688f7a47c1",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_2b4b9",
                    table="logistics_approvalrulehistory",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="coveragerulehistory",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="d559db7f9821be21294d5cf5bb78354a9292a475",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_16cad",
                    table="logistics_coveragerulehistory",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="decisionrulehistory",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="fc0111b0a8a1a70879f7994d566a2564e09da75a",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_29e56",
                    table="logistics_decisionrulehistory",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="noteline",
            constraint=models.UniqueConstraint(fields=("note", "position"), name="note_line_once"),
        ),
        migrations.AddConstraint(
            model_name="noteline",
            constraint=models.CheckConstraint(condition=models.Q(("quantity__gt", 0)), name="note_quantity_positive"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="noteline",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "logistics_notelinehistory" ("assort", "fragile", "id", "note_id", "order_line_id", "paid", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "quantity", "sku_id", "unit_cost", "unit_value", "value", "wish", "wish_by_hand") SELECT new_values."assort", new_values."fragile", new_values."id", new_values."note_id", new_values."order_line_id", new_values."paid", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."position", new_values."quantity", new_values."sku_id", new_values."unit_cost", new_values."unit_value", new_values."value", new_values."wish", new_values."wish_by_hand" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="04cf066fb473f2f7a66afca8a3d50eeb97f1af84",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_0f1d0",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="logistics_noteline",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="noteline",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "logistics_notelinehistory" ("assort", "fragile", "id", "note_id", "order_line_id", "paid", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "quantity", "sku_id", "unit_cost", "unit_value", "value", "wish", "wish_by_hand") SELECT new_values."assort", new_values."fragile", new_values."id", new_values."note_id", new_values."order_line_id", new_values."paid", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', new_values."id", new_values."position", new_values."quantity", new_values."sku_id", new_values."unit_cost", new_values."unit_value", new_values."value", new_values."wish", new_values."wish_by_hand" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="1b2acf96ae8556ae6df9d81ec8af1491f5938f03",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_bcbca",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="logistics_noteline",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="noteline",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "logistics_notelinehistory" ("assort", "fragile", "id", "note_id", "order_line_id", "paid", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "quantity", "sku_id", "unit_cost", "unit_value", "value", "wish", "wish_by_hand") SELECT old_values."assort", old_values."fragile", old_values."id", old_values."note_id", old_values."order_line_id", old_values."paid", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."position", old_values."quantity", old_values."sku_id", old_values."unit_cost", old_values."unit_value", old_values."value", old_values."wish", old_values."wish_by_hand" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="5fa1330faaa9189242db83d8f7101893719eae5d",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_ed6e6",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="logistics_noteline",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="notelinehistory",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="bdb355713ae6ea5c760df513df5762b7b0161873",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_3566d",
                    table="logistics_notelinehistory",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="notesignature",
            constraint=models.UniqueConstraint(
                condition=models.Q(("void_at__isnull", True)), fields=("note", "kind"), name="one_signature_a_kind"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="notesignature",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "logistics_notesignaturehistory" ("at", "id", "kind", "label", "note_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "revision", "rule_id", "user_id", "void_at") SELECT new_values."at", new_values."id", new_values."kind", new_values."label", new_values."note_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."revision", new_values."rule_id", new_values."user_id", new_values."void_at" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="164c6dee5c17b60487e7f301f8d6a2bba45a3933",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_17417",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="logistics_notesignature",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="notesignature",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "logistics_notesignaturehistory" ("at", "id", "kind", "label", "note_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "revision", "rule_id", "user_id", "void_at") SELECT new_values."at", new_values."id", new_values."kind", new_values."label", new_values."note_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', new_values."id", new_values."revision", new_values."rule_id", new_values."user_id", new_values."void_at" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="55786d19291b512a2429d9832221c856dae2eb61",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_27ba1",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="logistics_notesignature",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="notesignature",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "logistics_notesignaturehistory" ("at", "id", "kind", "label", "note_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "revision", "rule_id", "user_id", "void_at") SELECT old_values."at", old_values."id", old_values."kind", old_values."label", old_values."note_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."revision", old_values."rule_id", old_values."user_id", old_values."void_at" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="36c39c753801b6536ba2da71b04c878cffb227c3",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_979c8",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="logistics_notesignature",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="notesignaturehistory",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="d05a49d66c7e8d7ce364b951092cf2d5e17dcc92",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_b347b",
                    table="logistics_notesignaturehistory",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="extensionhistory",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="e8356fb586d6925c2d4f1aa0d1faa6b50f06d7bd",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_88c63",
                    table="logistics_extensionhistory",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="extension",
            constraint=models.UniqueConstraint(fields=("parcel", "cycle"), name="extension_once"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="extension",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "logistics_extensionhistory" ("after", "asked_at", "before", "call_id", "confirmed_at", "cycle", "days", "id", "parcel_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "refused", "store_id", "text") SELECT new_values."after", new_values."asked_at", new_values."before", new_values."call_id", new_values."confirmed_at", new_values."cycle", new_values."days", new_values."id", new_values."parcel_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."refused", new_values."store_id", new_values."text" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="ca9b94079dd4b96f1d999a419b7df4dc656ecc1b",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_dc4b2",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="logistics_extension",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="extension",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "logistics_extensionhistory" ("after", "asked_at", "before", "call_id", "confirmed_at", "cycle", "days", "id", "parcel_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "refused", "store_id", "text") SELECT new_values."after", new_values."asked_at", new_values."before", new_values."call_id", new_values."confirmed_at", new_values."cycle", new_values."days", new_values."id", new_values."parcel_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', new_values."id", new_values."refused", new_values."store_id", new_values."text" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="70f55121355a2cdb321a70a39aad72ff04e0d048",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_9c1cb",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="logistics_extension",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="extension",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "logistics_extensionhistory" ("after", "asked_at", "before", "call_id", "confirmed_at", "cycle", "days", "id", "parcel_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "refused", "store_id", "text") SELECT old_values."after", old_values."asked_at", old_values."before", old_values."call_id", old_values."confirmed_at", old_values."cycle", old_values."days", old_values."id", old_values."parcel_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."refused", old_values."store_id", old_values."text" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="e46f29b141bb4efaa3e0c719ea1bbea1911df36d",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_f5b04",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="logistics_extension",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="printbatch",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "logistics_printbatchhistory" ("content_hash", "created_at", "documents", "id", "job_id", "language", "note_count", "number", "owner_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "printed_at", "void_at") SELECT new_values."content_hash", new_values."created_at", new_values."documents", new_values."id", new_values."job_id", new_values."language", new_values."note_count", new_values."number", new_values."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."printed_at", new_values."void_at" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="3d5cf735871a0f6af276e5b115ed2323a120c9d3",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_10742",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="logistics_printbatch",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="printbatch",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "logistics_printbatchhistory" ("content_hash", "created_at", "documents", "id", "job_id", "language", "note_count", "number", "owner_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "printed_at", "void_at") SELECT new_values."content_hash", new_values."created_at", new_values."documents", new_values."id", new_values."job_id", new_values."language", new_values."note_count", new_values."number", new_values."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', new_values."id", new_values."printed_at", new_values."void_at" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="975fd089f0faf55c0b8cb15600b11633a3ea1510",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_dd3a4",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="logistics_printbatch",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="printbatch",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "logistics_printbatchhistory" ("content_hash", "created_at", "documents", "id", "job_id", "language", "note_count", "number", "owner_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "printed_at", "void_at") SELECT old_values."content_hash", old_values."created_at", old_values."documents", old_values."id", old_values."job_id", old_values."language", old_values."note_count", old_values."number", old_values."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."printed_at", old_values."void_at" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="171221d51ebcbd1fcd326bee643a442b0218aa3d",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_8a9a9",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="logistics_printbatch",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="printbatchhistory",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="52062eebb82791583831b5b6f9c103c3f50acf39",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_314b7",
                    table="logistics_printbatchhistory",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="printlog",
            constraint=models.UniqueConstraint(fields=("batch", "note"), name="note_once_a_batch"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="promiserulehistory",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="7fe07d0d2b6bf7ad59799083ee916142ee91812d",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_323bc",
                    table="logistics_promiserulehistory",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="scanevent",
            index=models.Index(fields=["note", "at"], name="scan_note"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="parcelhistory",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="b9986c2e589c63891832a04366b652cced657034",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_e329b",
                    table="logistics_parcelhistory",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="parcel",
            index=models.Index(
                condition=models.Q(("state", "shipped")), fields=["next_check_at", "id"], name="parcel_due"
            ),
        ),
        migrations.AddIndex(
            model_name="parcel",
            index=models.Index(fields=["-shipped_at", "-id"], name="parcel_newest"),
        ),
        migrations.AddIndex(
            model_name="parcel",
            index=models.Index(fields=["state", "-shipped_at", "-id"], name="parcel_state"),
        ),
        migrations.AddIndex(
            model_name="parcel",
            index=models.Index(fields=["store", "-id"], name="parcel_store"),
        ),
        migrations.AddIndex(
            model_name="parcel",
            index=models.Index(fields=["order"], name="parcel_order"),
        ),
        migrations.AddIndex(
            model_name="parcel",
            index=models.Index(
                condition=models.Q(
                    ("declared_at__isnull", True), ("state__in", ["shipped", "delivered", "returned", "lost"])
                ),
                fields=["id"],
                name="parcel_undeclared",
            ),
        ),
        migrations.AddIndex(
            model_name="parcel",
            index=models.Index(
                fields=["tracking_key"], name="parcel_tracking_prefix", opclasses=["varchar_pattern_ops"]
            ),
        ),
        migrations.AddIndex(
            model_name="parcel",
            index=models.Index(fields=["tracking_tail"], name="parcel_tracking_tail"),
        ),
        migrations.AddIndex(
            model_name="parcel",
            index=models.Index(fields=["tracking_state", "-shipped_at", "-id"], name="parcel_tracking_state"),
        ),
        migrations.AddIndex(
            model_name="parcel",
            index=models.Index(fields=["country", "-shipped_at", "-id"], name="parcel_country"),
        ),
        migrations.AddConstraint(
            model_name="parcel",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state", "packed"),
                    models.Q(("next_check_at__isnull", False), ("state", "shipped")),
                    ("state__in", ["delivered", "returned", "lost", "closed"]),
                    _connector="OR",
                ),
                name="parcel_settled_or_next_check",
            ),
        ),
        migrations.AddConstraint(
            model_name="parcel",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state", "packed"), ("shipped_at__isnull", False), ("state", "closed"), _connector="OR"
                ),
                name="parcel_shipped_has_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="parcel",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("state__in", ["packed", "shipped"]), models.Q(("tracking_number", ""), _negated=True)
                ),
                fields=("service", "tracking_number"),
                name="live_number_once",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="parcel",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "logistics_parcelhistory" ("advice", "advice_rule", "buyer_mood", "check_round", "checked_at", "checks", "country", "created_at", "declare_call_id", "declared_at", "delivered_at", "handed_over_by_id", "held_since", "hold_reason", "id", "label_scanned_at", "last_event_at", "next_check_at", "next_check_why", "note_id", "number", "order_id", "packed_at", "packed_by_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "post_office", "promised_by", "receive_by", "service_id", "settle_reason", "settled_at", "shipped_at", "state", "store_id", "tracking_number", "tracking_state", "waiting_since", "warehouse_id", "weight_g") SELECT new_values."advice", new_values."advice_rule", new_values."buyer_mood", new_values."check_round", new_values."checked_at", new_values."checks", new_values."country", new_values."created_at", new_values."declare_call_id", new_values."declared_at", new_values."delivered_at", new_values."handed_over_by_id", new_values."held_since", new_values."hold_reason", new_values."id", new_values."label_scanned_at", new_values."last_event_at", new_values."next_check_at", new_values."next_check_why", new_values."note_id", new_values."number", new_values."order_id", new_values."packed_at", new_values."packed_by_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."post_office", new_values."promised_by", new_values."receive_by", new_values."service_id", new_values."settle_reason", new_values."settled_at", new_values."shipped_at", new_values."state", new_values."store_id", new_values."tracking_number", new_values."tracking_state", new_values."waiting_since", new_values."warehouse_id", new_values."weight_g" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="33722834bf6a0be31bf8cf6d774b936d152a5261",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_9197f",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="logistics_parcel",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="parcel",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "logistics_parcelhistory" ("advice", "advice_rule", "buyer_mood", "check_round", "checked_at", "checks", "country", "created_at", "declare_call_id", "declared_at", "delivered_at", "handed_over_by_id", "held_since", "hold_reason", "id", "label_scanned_at", "last_event_at", "next_check_at", "next_check_why", "note_id", "number", "order_id", "packed_at", "packed_by_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "post_office", "promised_by", "receive_by", "service_id", "settle_reason", "settled_at", "shipped_at", "state", "store_id", "tracking_number", "tracking_state", "waiting_since", "warehouse_id", "weight_g") SELECT new_values."advice", new_values."advice_rule", new_values."buyer_mood", new_values."check_round", new_values."checked_at", new_values."checks", new_values."country", new_values."created_at", new_values."declare_call_id", new_values."declared_at", new_values."delivered_at", new_values."handed_over_by_id", new_values."held_since", new_values."hold_reason", new_values."id", new_values."label_scanned_at", new_values."last_event_at", new_values."next_check_at", new_values."next_check_why", new_values."note_id", new_values."number", new_values."order_id", new_values."packed_at", new_values."packed_by_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', new_values."id", new_values."post_office", new_values."promised_by", new_values."receive_by", new_values."service_id", new_values."settle_reason", new_values."settled_at", new_values."shipped_at", new_values."state", new_values."store_id", new_values."tracking_number", new_values."tracking_state", new_values."waiting_since", new_values."warehouse_id", new_values."weight_g" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."advice" IS DISTINCT FROM (new_values."advice") OR old_values."advice_rule" IS DISTINCT FROM (new_values."advice_rule") OR old_values."buyer_mood" IS DISTINCT FROM (new_values."buyer_mood") OR old_values."check_round" IS DISTINCT FROM (new_values."check_round") OR old_values."checked_at" IS DISTINCT FROM (new_values."checked_at") OR old_values."checks" IS DISTINCT FROM (new_values."checks") OR old_values."country" IS DISTINCT FROM (new_values."country") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."declare_call_id" IS DISTINCT FROM (new_values."declare_call_id") OR old_values."declared_at" IS DISTINCT FROM (new_values."declared_at") OR old_values."delivered_at" IS DISTINCT FROM (new_values."delivered_at") OR old_values."handed_over_by_id" IS DISTINCT FROM (new_values."handed_over_by_id") OR old_values."held_since" IS DISTINCT FROM (new_values."held_since") OR old_values."hold_reason" IS DISTINCT FROM (new_values."hold_reason") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."label_scanned_at" IS DISTINCT FROM (new_values."label_scanned_at") OR old_values."last_event_at" IS DISTINCT FROM (new_values."last_event_at") OR old_values."next_check_at" IS DISTINCT FROM (new_values."next_check_at") OR old_values."next_check_why" IS DISTINCT FROM (new_values."next_check_why") OR old_values."note_id" IS DISTINCT FROM (new_values."note_id") OR old_values."number" IS DISTINCT FROM (new_values."number") OR old_values."order_id" IS DISTINCT FROM (new_values."order_id") OR old_values."packed_at" IS DISTINCT FROM (new_values."packed_at") OR old_values."packed_by_id" IS DISTINCT FROM (new_values."packed_by_id") OR old_values."post_office" IS DISTINCT FROM (new_values."post_office") OR old_values."promised_by" IS DISTINCT FROM (new_values."promised_by") OR old_values."receive_by" IS DISTINCT FROM (new_values."receive_by") OR old_values."service_id" IS DISTINCT FROM (new_values."service_id") OR old_values."settle_reason" IS DISTINCT FROM (new_values."settle_reason") OR old_values."settled_at" IS DISTINCT FROM (new_values."settled_at") OR old_values."shipped_at" IS DISTINCT FROM (new_values."shipped_at") OR old_values."state" IS DISTINCT FROM (new_values."state") OR old_values."store_id" IS DISTINCT FROM (new_values."store_id") OR old_values."tracking_number" IS DISTINCT FROM (new_values."tracking_number") OR old_values."tracking_state" IS DISTINCT FROM (new_values."tracking_state") OR old_values."waiting_since" IS DISTINCT FROM (new_values."waiting_since") OR old_values."warehouse_id" IS DISTINCT FROM (new_values."warehouse_id") OR old_values."weight_g" IS DISTINCT FROM (new_values."weight_g")) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="219f77f11d61b846b409b66dfe9b0fc5a017dbdc",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_be6dc",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="logistics_parcel",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="parcel",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "logistics_parcelhistory" ("advice", "advice_rule", "buyer_mood", "check_round", "checked_at", "checks", "country", "created_at", "declare_call_id", "declared_at", "delivered_at", "handed_over_by_id", "held_since", "hold_reason", "id", "label_scanned_at", "last_event_at", "next_check_at", "next_check_why", "note_id", "number", "order_id", "packed_at", "packed_by_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "post_office", "promised_by", "receive_by", "service_id", "settle_reason", "settled_at", "shipped_at", "state", "store_id", "tracking_number", "tracking_state", "waiting_since", "warehouse_id", "weight_g") SELECT old_values."advice", old_values."advice_rule", old_values."buyer_mood", old_values."check_round", old_values."checked_at", old_values."checks", old_values."country", old_values."created_at", old_values."declare_call_id", old_values."declared_at", old_values."delivered_at", old_values."handed_over_by_id", old_values."held_since", old_values."hold_reason", old_values."id", old_values."label_scanned_at", old_values."last_event_at", old_values."next_check_at", old_values."next_check_why", old_values."note_id", old_values."number", old_values."order_id", old_values."packed_at", old_values."packed_by_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."post_office", old_values."promised_by", old_values."receive_by", old_values."service_id", old_values."settle_reason", old_values."settled_at", old_values."shipped_at", old_values."state", old_values."store_id", old_values."tracking_number", old_values."tracking_state", old_values."waiting_since", old_values."warehouse_id", old_values."weight_g" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="0246116ab3472fbe0bcc10a9fe0e94f441e2e4cd",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_572c6",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="logistics_parcel",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="dispatchnotehistory",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="54e5717f5dd70a5fb0026dda5f33c677d8be4276",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_e98e9",
                    table="logistics_dispatchnotehistory",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="dispatchnote",
            index=models.Index(
                condition=models.Q(("state__in", ["draft", "signed", "released", "blocked", "packed"])),
                fields=["state", "due_at", "id"],
                name="note_open",
            ),
        ),
        migrations.AddIndex(
            model_name="dispatchnote",
            index=models.Index(fields=["due_at", "id"], name="note_due"),
        ),
        migrations.AddIndex(
            model_name="dispatchnote",
            index=models.Index(fields=["store", "-id"], name="note_store"),
        ),
        migrations.AddConstraint(
            model_name="dispatchnote",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["withdrawn", "closed"]), _negated=True),
                fields=("order",),
                name="one_open_note",
            ),
        ),
        migrations.AddConstraint(
            model_name="dispatchnote",
            constraint=models.CheckConstraint(
                condition=models.Q(("declared_value__gte", 0)), name="declared_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="dispatchnote",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "blocked"), _negated=True),
                    models.Q(("block_reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="blocked_has_reason",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="dispatchnote",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "logistics_dispatchnotehistory" ("address_digest", "block_note", "block_reason", "blocked_at", "blocked_by_id", "closed_at", "content_type", "country", "declared_currency", "declared_value", "drafted_at", "due_at", "id", "number", "order_id", "packed_at", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pickup_at", "printed_at", "released_at", "revision", "service_id", "signed_at", "state", "store_id", "supply", "warehouse_id") SELECT new_values."address_digest", new_values."block_note", new_values."block_reason", new_values."blocked_at", new_values."blocked_by_id", new_values."closed_at", new_values."content_type", new_values."country", new_values."declared_currency", new_values."declared_value", new_values."drafted_at", new_values."due_at", new_values."id", new_values."number", new_values."order_id", new_values."packed_at", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."pickup_at", new_values."printed_at", new_values."released_at", new_values."revision", new_values."service_id", new_values."signed_at", new_values."state", new_values."store_id", new_values."supply", new_values."warehouse_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="426bf962f03ca1920c7119bc70fdb5e744c061d5",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_09c95",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="logistics_dispatchnote",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="dispatchnote",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "logistics_dispatchnotehistory" ("address_digest", "block_note", "block_reason", "blocked_at", "blocked_by_id", "closed_at", "content_type", "country", "declared_currency", "declared_value", "drafted_at", "due_at", "id", "number", "order_id", "packed_at", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pickup_at", "printed_at", "released_at", "revision", "service_id", "signed_at", "state", "store_id", "supply", "warehouse_id") SELECT new_values."address_digest", new_values."block_note", new_values."block_reason", new_values."blocked_at", new_values."blocked_by_id", new_values."closed_at", new_values."content_type", new_values."country", new_values."declared_currency", new_values."declared_value", new_values."drafted_at", new_values."due_at", new_values."id", new_values."number", new_values."order_id", new_values."packed_at", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', new_values."id", new_values."pickup_at", new_values."printed_at", new_values."released_at", new_values."revision", new_values."service_id", new_values."signed_at", new_values."state", new_values."store_id", new_values."supply", new_values."warehouse_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="b4875dec26f31e2a6047b5ea50295a4360c269f2",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_14f90",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="logistics_dispatchnote",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="dispatchnote",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "logistics_dispatchnotehistory" ("address_digest", "block_note", "block_reason", "blocked_at", "blocked_by_id", "closed_at", "content_type", "country", "declared_currency", "declared_value", "drafted_at", "due_at", "id", "number", "order_id", "packed_at", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pickup_at", "printed_at", "released_at", "revision", "service_id", "signed_at", "state", "store_id", "supply", "warehouse_id") SELECT old_values."address_digest", old_values."block_note", old_values."block_reason", old_values."blocked_at", old_values."blocked_by_id", old_values."closed_at", old_values."content_type", old_values."country", old_values."declared_currency", old_values."declared_value", old_values."drafted_at", old_values."due_at", old_values."id", old_values."number", old_values."order_id", old_values."packed_at", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."pickup_at", old_values."printed_at", old_values."released_at", old_values."revision", old_values."service_id", old_values."signed_at", old_values."state", old_values."store_id", old_values."supply", old_values."warehouse_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="3313bdc7241554d5defa3dd41853dfa01f04094c",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_414b4",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="logistics_dispatchnote",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="servicehistory",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="e12d361d036ec509579b049e20d0ace403873252",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_c86a2",
                    table="logistics_servicehistory",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="trackingevent",
            index=models.Index(fields=["parcel", "occurred_at"], name="event_of_parcel"),
        ),
        migrations.AddConstraint(
            model_name="trackingevent",
            constraint=models.UniqueConstraint(fields=("parcel", "digest", "occurred_at"), name="event_once"),
        ),
        migrations.AddIndex(
            model_name="waybillnumber",
            index=models.Index(condition=models.Q(("state", "free")), fields=["service", "id"], name="waybill_free"),
        ),
        migrations.AddIndex(
            model_name="waybillnumber",
            index=models.Index(fields=["number"], name="waybill_number", opclasses=["varchar_pattern_ops"]),
        ),
        migrations.AddConstraint(
            model_name="waybillnumber",
            constraint=models.UniqueConstraint(fields=("service", "number"), name="waybill_once"),
        ),
        migrations.AddConstraint(
            model_name="waybillnumber",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["reserved", "used"])), fields=("note",), name="one_number_a_note"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="waybillnumber",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "logistics_waybillnumberhistory" ("added_at", "check_ok", "id", "note_id", "number", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reserved_at", "service_id", "source", "state", "used_at", "void_reason") SELECT new_values."added_at", new_values."check_ok", new_values."id", new_values."note_id", new_values."number", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."reserved_at", new_values."service_id", new_values."source", new_values."state", new_values."used_at", new_values."void_reason" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="b3c3c42a23e83c3e537888f3151ba5e1fa6bb60a",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_f4da7",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="logistics_waybillnumber",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="waybillnumber",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "logistics_waybillnumberhistory" ("added_at", "check_ok", "id", "note_id", "number", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reserved_at", "service_id", "source", "state", "used_at", "void_reason") SELECT new_values."added_at", new_values."check_ok", new_values."id", new_values."note_id", new_values."number", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', new_values."id", new_values."reserved_at", new_values."service_id", new_values."source", new_values."state", new_values."used_at", new_values."void_reason" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="b7705200ea76ed9e28a0699797293174a8c01ac5",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_99486",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="logistics_waybillnumber",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="waybillnumber",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "logistics_waybillnumberhistory" ("added_at", "check_ok", "id", "note_id", "number", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reserved_at", "service_id", "source", "state", "used_at", "void_reason") SELECT old_values."added_at", old_values."check_ok", old_values."id", old_values."note_id", old_values."number", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."reserved_at", old_values."service_id", old_values."source", old_values."state", old_values."used_at", old_values."void_reason" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="93d1e578867e60c12afe047bd694d7ccbd3ba32f",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_b6a3c",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="logistics_waybillnumber",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="waybillnumberhistory",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="90a88acbedd43cafb67a7b233e70f4eb505cdda8",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_53db4",
                    table="logistics_waybillnumberhistory",
                    when="BEFORE",
                ),
            ),
        ),
    ]
