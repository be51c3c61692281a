"""Plans (SKP) of everybody in an agency, each serving a result that the superior really has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from config.demo.world.behaviour import expectations
from config.demo.world.plans_administration import ADMINISTRATION
from config.demo.world.plans_education import EDUCATION
from config.demo.world.plans_health import HEALTH
from config.demo.world.plans_services import CITY_GOALS, SERVICES
from config.demo.world.specs import AgencySpec, Plan, PostSpec, Result
from config.demo.world.templates import Template, additional

PROFILES: dict[str, tuple[Template, ...]] = HEALTH | EDUCATION | ADMINISTRATION | SERVICES
# With this one the demo's midwife plans immunisation and antenatal care, four main results in all.
SEED = 2038

# Duties beside the post that anybody may get.
ANYONE: tuple[Template, ...] = (
    additional("tatakelola", "Menjadi anggota tim pembangunan zona integritas {unit}",
               "n:Jumlah dokumen area perubahan=3..6 dokumen"),
    additional("sdm", "Menjadi mentor bagi pegawai baru dan peserta latsar",
               "n:Jumlah pegawai yang didampingi=1..3 orang"),
    additional("informasi", "Mengelola akun media sosial {unit}",
               "n:Jumlah unggahan=48..120 unggahan"),
    additional("kesejahteraan", "Menjadi orang tua asuh keluarga berisiko stunting",
               "n:Jumlah keluarga yang didampingi=2..4 keluarga"),
    additional("layanan", "Menjadi penghubung pengaduan SP4N-LAPOR! {unit}",
               "w:Waktu tanggapan pertama=maks 1..3 hari kerja"),
    additional("tatakelola", "Menjadi panitia peringatan hari jadi kota dan HUT RI",
               "n:Jumlah laporan kegiatan=1..2 laporan"),
    additional("sdm", "Mengikuti pelatihan dan membagikan hasilnya kepada rekan kerja",
               "n:Jumlah jam pelatihan=20..40 JP", "n:Jumlah sesi berbagi=1..3 sesi"),
    additional("wilayah", "Mengikuti siaga bencana dan kerja bakti lingkungan",
               "n:Jumlah kegiatan=6..12 kegiatan"),
)  # fmt: skip

# Where a superior has nothing on a theme, what comes near to it.
NEAR: dict[str, tuple[str, ...]] = {
    "ibu_anak": ("layanan", "kesejahteraan"), "imunisasi": ("penyakit", "ibu_anak", "layanan"),
    "penyakit": ("layanan", "kesejahteraan"), "gizi": ("ibu_anak", "kesejahteraan", "layanan"),
    "promosi": ("layanan", "gizi", "ibu_anak"), "data": ("tatakelola", "layanan", "kinerja"),
    "aset": ("tatakelola", "keuangan"), "keuangan": ("tatakelola",),
    "sdm": ("kinerja", "tatakelola"), "kinerja": ("sdm", "tatakelola"),
    "mutasi": ("sdm", "kinerja"), "guru": ("mutu", "sdm"), "akses": ("mutu", "kesejahteraan"),
    "mutu": ("akses", "layanan", "kesejahteraan"), "budaya": ("mutu", "kesejahteraan"),
    "informasi": ("layanan", "data"), "ketertiban": ("wilayah",), "lingkungan": ("wilayah",
                                                                                 "layanan"),
    "pengawasan": ("tatakelola",), "kesejahteraan": ("wilayah", "layanan"),
    "wilayah": ("layanan", "kesejahteraan"), "layanan": ("wilayah", "kesejahteraan", "mutu"),
    "tatakelola": ("keuangan", "layanan", "pengawasan"),
}  # fmt: skip


@dataclass(frozen=True)
class Served:
    """A result of the superior that others' results may serve."""

    theme: str
    title: str


def plans(agency: AgencySpec, seed: int = SEED) -> dict[str, Plan]:
    """The plan of each post but the mayor's, by post key (and so by the key of its holder).

    From the top down, so that each result names one of the superior's; over a vacant post the
    results of the next one above are served.
    """
    made: dict[str, Plan] = {}
    served: dict[str, tuple[Served, ...]] = {}
    for post in _from_the_top(agency.posts):
        above = post.superior
        if above is None:
            served[post.key] = tuple(Served(theme, title) for theme, title in CITY_GOALS.items())
            continue
        rng = Random(f"{seed}/{agency.code}/{post.key}")  # noqa: S311 - texts, no secrets
        plan = plan_for(agency, post, served[above], rng)
        made[post.key] = plan
        is_vacant = agency.holder(post.key) is None
        served[post.key] = served[above] if is_vacant else tuple(
            Served(result.theme, result.title) for result in plan.results if result.type == "main"
        )  # fmt: skip
    return made


def plan_for(agency: AgencySpec, post: PostSpec, served: Sequence[Served], rng: Random) -> Plan:
    """A plan of two to four main results and at most one additional, drawn for a post."""
    drawn = _drawn(PROFILES[post.profile], post.is_head, rng)
    unit = agency.unit(post.unit)
    names = {
        "unit": unit.name, "place": unit.place, "induk": unit.name, "kota": agency.short_name,
    }  # fmt: skip
    return Plan(
        results=tuple(
            Result(
                id=f"r{number}",
                type="additional" if template.is_additional else "main",
                theme=template.theme,
                title=template.title.format(**names),
                serves=_served_by(template.theme, served, rng).title,
                aspects=template.draw(rng, 1 if template.is_additional else 2),
            )
            for number, template in enumerate(drawn, start=1)
        ),
        expectations=expectations(unit.group, rng),
    )


def _drawn(pool: Sequence[Template], is_head: bool, rng: Random) -> list[Template]:
    """The post's chief work and some of the other results of its pool, in the pool's order."""
    mains = [template for template in pool if not template.is_additional]
    count = min(4, len(mains)) if is_head else rng.randint(2, min(4, len(mains)))
    chosen = {0, *rng.sample(range(1, len(mains)), count - 1)}
    drawn = [template for place, template in enumerate(mains) if place in chosen]
    if rng.random() < 0.4:
        extras = [template for template in pool if template.is_additional]
        drawn.append(rng.choice(extras if extras and rng.random() < 0.6 else ANYONE))
    return drawn


def _served_by(theme: str, served: Sequence[Served], rng: Random) -> Served:
    for wanted in (theme, *NEAR.get(theme, ())):
        fitting = [result for result in served if result.theme == wanted]
        if fitting:
            return rng.choice(fitting)
    return rng.choice(served)


def _from_the_top(posts: Sequence[PostSpec]) -> list[PostSpec]:
    """The posts with each superior before its subordinates."""
    ordered: list[PostSpec] = []
    layer: set[str | None] = {None}
    while layer:
        found = [post for post in posts if post.superior in layer]
        ordered += found
        layer = {post.key for post in found}
    return ordered
