"""Why a file of labels, or a row of it, was refused: the forms, for `import_words`, the particular first."""

from __future__ import annotations

from django.utils.translation import gettext_noop as noop

LABEL_FORMS = (
    noop("{why} What was read before it is kept."),
    noop("Behind line {line}: this is no UTF-8 text."),
    noop("Behind line {line}: {what}."),
    noop("Line {line} is longer than a megabyte."),
    noop("A row group is larger than 512 MB. Write smaller ones."),
    noop("This is no Parquet file that can be read: {what}"),
    noop("This is no UTF-8 text."),
    noop("This is no JSON that can be read: {what}."),
    noop("A COCO file can hold {n} pictures; split it."),
    noop("There is no column '{name}'. Needed: sha256, value."),
    noop("A hundred pairs have only one of their pictures."),
    noop("It unpacks to more than {n} times its size."),
    noop("{why} Or send a tar file: it may hold any number."),
    noop("The archive is broken, or of a kind that is not read: {what}."),
    noop("This line is no JSON."),
    noop("This is no JSON object."),
    noop("This annotation is no JSON object."),
    noop("Its picture is not among the images, or has no SHA-256."),
    noop("Its category is not among the categories."),
    noop("{name} is no text."),
    noop("{name} is no SHA-256: {said}."),
    noop("There is no picture {name} in the catalog."),
    noop("It does not say for which judge it is ({name})."),
    noop("It names no judge."),
    noop("Labels do not come from {name}."),
    noop("A label of {name} needs two pictures."),
    noop("A label of {name} needs one picture."),
    noop("Both pictures are the same one."),
    noop("{said} is no value of {name}."),
    noop("{name}: no folder says what it shows."),
    noop("{name}: the other picture of its pair is missing."),
    noop("{name}: no JSON beside it says its value."),
    noop("{name}: needs one picture, or two of a pair, and a value."),
    noop("{name}: its name leads out of the archive."),
    noop("{name}: this is no file but a link or a device."),
    noop("{name}: larger than {n} MB."),
)
