"""Lists of the offices ask the database a fixed number of questions, however long they are."""

import pytest
from django.urls import reverse

from evaluation.models import Expert
from identity.roles import Role
from tests.cast import make_player
from tests.portals.lots import make_lot, make_opened

pytestmark = pytest.mark.django_db
SESSION = 6  # session, person, memberships, other organisations, checkpoint, and one to spare
PAGES = (
    ("centre", "centre:desk", 9),
    ("centre", "centre:lots", 3),
    ("centre", "centre:experts", 2),
    ("centre", "centre:people", 3),
    ("centre", "centre:organisations", 3),
    ("centre", "centre:custodians", 2),
    ("centre", "centre:statistics", 3),
    ("regulator", "regulator:desk", 4),
    ("regulator", "regulator:lots", 3),
    ("regulator", "regulator:dashboard", 3),
)


@pytest.fixture
def crowd(cast):
    for number in range(8):
        make_lot(cast, ("submitted", "announced", "closed", "evaluating")[number % 4])
        player = make_player(300 + number, f"第{number}家公司", role=Role.EXPERT, login=f"crowd{number}")
        Expert.objects.create(person=player.person, specialty="construction_cost", region="东区")
    make_opened(cast)
    make_opened(cast, "awarded")
    return cast


@pytest.mark.parametrize(("login", "name", "own"), PAGES)
def test_a_list_page_asks_a_fixed_number_of_questions(client, crowd, login, name, own, django_assert_max_num_queries):
    client.force_login(getattr(crowd, login).person)
    client.get(reverse(name))
    with django_assert_max_num_queries(SESSION + own):
        assert client.get(reverse(name)).status_code == 200
