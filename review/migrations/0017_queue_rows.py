"""What a row of the queue shows stands in the proposal; each kind of change has an index in their order."""

from django.db import migrations, models

KINDS = ("hero", "moved", "added", "copy", "quality", "compliance", "unsure")
FILL = """
UPDATE review_proposal SET hero_before = coalesce(first.before, ''), hero_after = coalesce(first.after, '')
FROM (
  SELECT item.proposal_id, max(image.sha256) FILTER (WHERE item.before_position = 0) AS before,
    max(image.sha256) FILTER (WHERE item.after_position = 0) AS after
  FROM review_proposalitem AS item JOIN review_image AS image ON image.id = item.image_id
  WHERE item.before_position = 0 OR item.after_position = 0 GROUP BY item.proposal_id
) AS first
WHERE first.proposal_id = review_proposal.id
"""


def make_index(kind: str) -> migrations.AddIndex:
    condition = models.Q(state="open", changes__has_key=kind)
    index = models.Index(fields=["-benefit", "id"], name=f"queue_{kind}", condition=condition)
    return migrations.AddIndex(model_name="proposal", index=index)


class Migration(migrations.Migration):
    dependencies = [("review", "0016_saved_addresses")]

    operations = [
        migrations.RemoveIndex(model_name="proposal", name="queue_changes"),
        migrations.AddField("proposal", "hero_before", models.CharField(blank=True, max_length=64)),
        migrations.AddField("proposal", "hero_after", models.CharField(blank=True, max_length=64)),
        *(make_index(kind) for kind in KINDS),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
