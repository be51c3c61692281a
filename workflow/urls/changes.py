"""Staff changes and hand-overs, below organisasi/."""

from django.urls import path

from workflow.views.organisation import changes, hand_overs

urlpatterns = [
    path("perubahan/", changes.changes, name="org_changes"),
    path("perubahan/baru/", changes.change_new, name="org_change_new"),
    path("perubahan/<uuid:change_id>/", changes.change, name="org_change"),
    path("perubahan/<uuid:change_id>/batal/", changes.change_cancel, name="org_change_cancel"),
    path("serah-terima/", hand_overs.arrivals, name="org_arrivals"),
    path("serah-terima/<uuid:hand_over_id>/", hand_overs.hand_over, name="org_hand_over"),
    path("serah-terima/<uuid:hand_over_id>/berkas.json", hand_overs.hand_over_file,
         name="org_hand_over_file"),
]  # fmt: skip
