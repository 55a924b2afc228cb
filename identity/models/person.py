"""People: the user model. A person has no rights of its own; memberships give roles."""

from typing import Any, ClassVar
from uuid import uuid4

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class People(BaseUserManager["Person"]):
    """Creates people with a hashed password, as Django's authentication expects."""

    def create_user(self, login: str, name: str, password: str | None = None, **extra: Any) -> "Person":
        """Return a stored person; without a password nobody can sign in as it."""
        person = self.model(login=login, name=name, **extra)
        person.set_password(password)
        person.save(using=self._db)
        return person


class Person(AbstractBaseUser):
    """A natural person with a login. `public_id` stands in addresses instead of the row number."""

    login = models.CharField(max_length=80, unique=True)
    name = models.CharField(max_length=80)
    public_id = models.UUIDField(unique=True, default=uuid4, editable=False)
    is_active = models.BooleanField(default=True)
    # set by somebody else, who knows it: until the person changes it, whoever signs in with it is the public
    password_is_initial = models.BooleanField(default=False)

    USERNAME_FIELD = "login"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects: ClassVar[People] = People()

    def __str__(self) -> str:
        return self.name
