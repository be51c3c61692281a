"""What every record shares."""

import uuid

from django.db import models


class Public(models.Model):
    """A record that is named in addresses: by a random id, never by its row number."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        abstract = True
