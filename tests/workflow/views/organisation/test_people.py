"""HR's people: the list, a person's page, who rates them and why, and mending it all."""

import pytest

from tests.builders import town
from tests.workflow.views.hr.office import log_in
from tests.workflow.views.organisation.records import at, get, words

pytestmark = pytest.mark.django_db


def test_smoke(client):
    place = town()
    log_in(client, place.hr)
    for url in [at(place, "org_people"), at(place, "org_person", place.employee.public_id),
        *(at(place, "org_person_act", place.employee.public_id, a) for a in ("ubah","nomor","surel","penilai")),
        at(place, "org_units"), at(place, "org_unit_new"), at(place, "org_unit", place.section.public_id),
        *(at(place, "org_unit_act", place.section.public_id, a) for a in ("ubah","pindah","hari-kerja","tutup","buka","unit-baru","jabatan-baru")),
        at(place, "org_posts"), at(place, "org_post", place.posts["rater"].public_id),
        *(at(place, "org_post_act", place.posts["rater"].public_id, a) for a in ("ubah","atasan","pindah","kosongkan","isi","tutup")),
        at(place, "org_actings"), at(place, "org_acting_new"), at(place, "org_acting_new")+"?jabatan="+str(place.posts["rater"].public_id)]:
        answer = get(client, url)
        assert answer.status_code == 200, url
        open("/tmp/j/org_last.html","w").write(answer.content.decode())
