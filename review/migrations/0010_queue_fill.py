"""A proposal's category is its product's: kept true by the database, whoever writes either."""

from django.db import migrations

MAKE = """
CREATE FUNCTION review_proposal_take_category() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT category_id INTO NEW.category_id FROM review_product WHERE id = NEW.product_id;
    RETURN NEW;
END $$;
CREATE TRIGGER proposal_category BEFORE INSERT OR UPDATE OF product_id ON review_proposal
    FOR EACH ROW EXECUTE FUNCTION review_proposal_take_category();
CREATE FUNCTION review_product_give_category() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE review_proposal SET category_id = NEW.category_id WHERE product_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER product_category AFTER UPDATE OF category_id ON review_product
    FOR EACH ROW WHEN (OLD.category_id IS DISTINCT FROM NEW.category_id)
    EXECUTE FUNCTION review_product_give_category();
"""
FILL = """
UPDATE review_proposal p SET category_id = product.category_id,
    is_sure = p.doubt <= 0.05 AND NOT p.changes ? 'unsure' AND p.notes = '[]' AND NOT EXISTS (
        SELECT 1 FROM review_proposalitem added
        JOIN review_proposalitem other ON other.proposal_id = added.proposal_id AND other.id <> added.id
            AND other.image_type = added.image_type AND other.after_position IS NOT NULL
        LEFT JOIN review_proposalitem gone ON gone.proposal_id = added.proposal_id
            AND gone.duplicate_of_id = added.image_id AND gone.before_position IS NOT NULL
        WHERE added.proposal_id = p.id AND added.before_position IS NULL
            AND added.after_position IS NOT NULL AND gone.id IS NULL)
    FROM review_product product WHERE product.id = p.product_id;
UPDATE review_proposal SET leased_at = leased_until - interval '10 minutes' WHERE leased_until IS NOT NULL;
"""
REMOVE = """
DROP TRIGGER product_category ON review_product;
DROP FUNCTION review_product_give_category();
DROP TRIGGER proposal_category ON review_proposal;
DROP FUNCTION review_proposal_take_category();
"""


class Migration(migrations.Migration):
    dependencies = [("review", "0009_queue")]

    operations = [
        migrations.RunSQL(MAKE, REMOVE),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
