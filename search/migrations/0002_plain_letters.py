"""One function for both sides of a search: what mentors wrote and what is typed, without accents."""

from django.db import migrations

# Accents alone are taken away (U+0300 to U+036F); marks of other scripts are letters there and stay. Letters that
# Unicode counts as whole have their plain neighbour here. Postgres can do it without an extension; ASCII, which most
# texts are, is left alone at once.
FORWARDS = r"""
CREATE FUNCTION search_plain(said text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT CASE WHEN octet_length(said) = char_length(said) THEN replace(said, '`', '''')
ELSE normalize(
    replace(replace(replace(replace(replace(replace(replace(replace(
        translate(
            regexp_replace(normalize(said, NFKD), '[\u0300-\u036f]+', '', 'g'),
            U&'\00D8\00F8\0141\0142\0110\0111\00D0\00F0\0131\0126\0127\0166\0167\014A\014B\018F\0259\02BB\02BC\2018\2019`\00AD\200B\2060\FEFF',
            'OoLlDdDdiHhTtNnEe'''''''''''
        ),
        U&'\00DF', 'ss'), U&'\1E9E', 'SS'), U&'\00C6', 'AE'), U&'\00E6', 'ae'),
        U&'\0152', 'OE'), U&'\0153', 'oe'), U&'\00DE', 'Th'), U&'\00FE', 'th'),
    NFKC)
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("search", "0001_initial")]
    operations = [migrations.RunSQL(FORWARDS, "DROP FUNCTION search_plain(text)")]
