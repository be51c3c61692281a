"""Units, posts, people and acting officials, below organisasi/."""

from django.urls import path

from workflow.views.organisation import actings, people, posts, units

urlpatterns = [
    path("pegawai/", people.people, name="org_people"),
    path("pegawai/<uuid:person_id>/", people.person, name="org_person"),
    path("pegawai/<uuid:person_id>/penilai/<uuid:exception_id>/", people.exception_end,
         name="org_exception_end"),
    path("pegawai/<uuid:person_id>/<slug:act>/", people.person_act, name="org_person_act"),
    path("unit/", units.units, name="org_units"),
    path("unit/baru/", units.unit_new, name="org_unit_new"),
    path("unit/<uuid:unit_id>/", units.unit, name="org_unit"),
    path("unit/<uuid:unit_id>/<slug:act>/", units.unit_act, name="org_unit_act"),
    path("jabatan/", posts.posts, name="org_posts"),
    path("jabatan/<uuid:post_id>/", posts.post, name="org_post"),
    path("jabatan/<uuid:post_id>/<slug:act>/", posts.post_act, name="org_post_act"),
    path("plt-plh/", actings.actings, name="org_actings"),
    path("plt-plh/baru/", actings.acting_new, name="org_acting_new"),
    path("plt-plh/<int:acting_id>/", actings.acting, name="org_acting"),
    path("plt-plh/<int:acting_id>/akhiri/", actings.acting_end, name="org_acting_end"),
]  # fmt: skip
