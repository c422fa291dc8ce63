"""Each vote has its own lease: slots for what is open, and the questions' own leases go."""

from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

FILL = """
INSERT INTO review_questionslot (question_id, subject, number, priority, is_open)
SELECT question.id, question.subject, vote, question.priority - 0.02 * (vote - 1), true
FROM review_question AS question, generate_series(1, 2) AS vote
WHERE question.state = 'open'
  AND vote > (SELECT count(*) FROM review_answer AS answer WHERE answer.question_id = question.id)
ON CONFLICT DO NOTHING;
SET CONSTRAINTS ALL IMMEDIATE -- what is still to be checked would forbid the ALTER TABLE that follows
"""
# Rows of the queue change with each answer, and what is dead at its front is read by everybody.
TUNE = """
ALTER TABLE review_questionslot SET (
  fillfactor = 80, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 2000)
"""
UNTUNE = """
ALTER TABLE review_questionslot RESET (
  fillfactor, autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold)
"""


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("review", "0014_releases"),
    ]

    operations = [
        migrations.RemoveField(model_name="question", name="leased_by"),
        migrations.RemoveField(model_name="question", name="leased_until"),
        migrations.RemoveIndex(model_name="questionslot", name="slots_by_rank"),
        migrations.RemoveIndex(model_name="questionslot", name="slots_held"),
        migrations.AddField(
            model_name="questionslot",
            name="subject",
            field=models.CharField(default="", max_length=40),
            preserve_default=False,
        ),
        migrations.AddIndex(
            model_name="questionslot",
            index=models.Index(
                condition=Q(("is_open", True)),
                fields=["subject", "-priority", "id"],
                name="slots_of_a_subject",
            ),
        ),
        migrations.AddIndex(
            model_name="questionslot",
            index=models.Index(
                condition=Q(("leased_by__isnull", False)), fields=["leased_by"], name="slots_held"
            ),
        ),
        migrations.CreateModel(
            name="WorkerPlace",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subject", models.CharField(max_length=40)),
                ("priority", models.FloatField()),
                ("slot", models.BigIntegerField()),
                ("began_at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("person", "subject"), name="one_place_a_subject")
                ]
            },
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL(TUNE, UNTUNE),
    ]
