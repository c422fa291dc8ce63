import django.db.models.deletion
from django.db import migrations, models

# What is frozen stays as it is: no row of it is added, changed or taken away. That a label, a product or
# a person goes later may empty a row's reference to it, and nothing else.
KEEP_ROWS = """
CREATE FUNCTION keep_frozen_rows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND ROW(NEW.id, NEW.snapshot_id, NEW.image_id, NEW.other_id, NEW.value, NEW.source,
            NEW."group", NEW.side) IS NOT DISTINCT FROM ROW(OLD.id, OLD.snapshot_id, OLD.image_id,
            OLD.other_id, OLD.value, OLD.source, OLD."group", OLD.side) THEN
        RETURN NEW;
    END IF;
    IF EXISTS (SELECT 1 FROM review_snapshot WHERE id = OLD.snapshot_id AND frozen_at IS NOT NULL) THEN
        RAISE EXCEPTION 'the rows of frozen snapshot % are never changed', OLD.snapshot_id;
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION add_no_frozen_rows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM review_snapshot WHERE frozen_at IS NOT NULL
               AND id IN (SELECT snapshot_id FROM added)) THEN
        RAISE EXCEPTION 'a frozen snapshot gets no further rows';
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION keep_frozen_snapshot() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND ROW(NEW.judge, NEW.filters, NEW.digest, NEW.counts, NEW.frozen_at)
            IS NOT DISTINCT FROM ROW(OLD.judge, OLD.filters, OLD.digest, OLD.counts, OLD.frozen_at) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'frozen snapshot % is never changed', OLD.id;
END $$;
CREATE TRIGGER keep_frozen_rows BEFORE UPDATE OR DELETE ON review_snapshotrow
    FOR EACH ROW EXECUTE FUNCTION keep_frozen_rows();
CREATE TRIGGER add_no_frozen_rows AFTER INSERT ON review_snapshotrow
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION add_no_frozen_rows();
CREATE TRIGGER keep_frozen_snapshot BEFORE UPDATE OR DELETE ON review_snapshot
    FOR EACH ROW WHEN (OLD.frozen_at IS NOT NULL) EXECUTE FUNCTION keep_frozen_snapshot();
"""
LET_ROWS_GO = """
DROP TRIGGER keep_frozen_snapshot ON review_snapshot;
DROP TRIGGER add_no_frozen_rows ON review_snapshotrow;
DROP TRIGGER keep_frozen_rows ON review_snapshotrow;
DROP FUNCTION keep_frozen_snapshot();
DROP FUNCTION add_no_frozen_rows();
DROP FUNCTION keep_frozen_rows();
"""


class Migration(migrations.Migration):

    dependencies = [("review", "0012_trust")]

    operations = [
        migrations.RemoveField(model_name="snapshotexport", name="byte_size"),
        migrations.RemoveField(model_name="snapshotexport", name="path"),
        migrations.RemoveField(model_name="snapshotexport", name="sha256"),
        migrations.AddField(
            model_name="snapshotexport", name="files", field=models.JSONField(default=list)
        ),
        migrations.AddField(
            model_name="labelimport", name="judge", field=models.CharField(blank=True, max_length=40)
        ),
        migrations.AddField(
            model_name="labelimport", name="source", field=models.CharField(default="specialist", max_length=10)
        ),
        migrations.AddField(
            model_name="labelimport", name="is_dry_run", field=models.BooleanField(default=False)
        ),
        migrations.AddField(
            model_name="label", name="import_key", field=models.CharField(blank=True, max_length=80)
        ),
        migrations.AddConstraint(
            model_name="label",
            constraint=models.UniqueConstraint(
                condition=models.Q(("import_key", ""), _negated=True),
                fields=("import_key",),
                name="one_label_a_row",
            ),
        ),
        migrations.AlterField(
            model_name="snapshotrow",
            name="snapshot",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="rows",
                to="review.snapshot",
            ),
        ),
        migrations.AddIndex(
            model_name="snapshotrow",
            index=models.Index(fields=["snapshot", "id"], name="rows_of_a_snapshot"),
        ),
        migrations.RunSQL(KEEP_ROWS, LET_ROWS_GO),
    ]
