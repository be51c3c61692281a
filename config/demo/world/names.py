"""Invented names that sound like the two cities. Any likeness to a living person is chance."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from config.demo.world.specs import Sex


@dataclass(frozen=True)
class Custom:
    """How names are made among some people: given names, middle names, names that end."""

    men: tuple[str, ...]
    women: tuple[str, ...]
    last_men: tuple[str, ...]
    last_women: tuple[str, ...]

    def name(self, rng: Random, sex: Sex) -> str:
        given, last = (self.men, self.last_men) if sex == "m" else (self.women, self.last_women)
        parts = [rng.choice(given)]
        if rng.random() < 0.3:
            parts.append(rng.choice([name for name in given if name != parts[0]]))
        parts.append(rng.choice(last))
        return " ".join(parts)


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


SUNDA = Custom(
    men=_words("Asep Dadang Cecep Deden Yayan Iwan Ujang Dedi Agus Rahmat Endang Tatang Aris Gilang"
               " Rizal Hendra Irfan Dikdik Ferry"),
    women=_words("Euis Neng Yuyun Tita Lilis Eneng Rina Wulan Intan Ai Nia Imas Santi Tuti Resti"
                 " Mira Devi Elis Yanti"),
    last_men=_words("Suryana Permana Kurniawan Mulyana Ramdani Sopandi Gunawan Hidayat Sutisna"
                    " Nugraha Firmansyah Supriatna Kosasih Rustandi Setiawan"),
    last_women=_words("Nurhayati Kartika Komalasari Rosmiati Suryani Mulyani Herawati Lestari"
                      " Nurjanah Purnamasari Sukaesih Kurniasih Rohaeti Widaningsih"),
)  # fmt: skip
BETAWI = Custom(
    men=_words("Ahmad Abdul Muhamad Zainal Syaiful Rojali Mahmud Fadli Nawawi Ridwan Hasan Marzuki"
               " Saipul Sanusi Ali Fahmi Nasrullah"),
    women=_words("Siti Nur Umi Fatimah Aisyah Maemunah Halimah Latifah Zahra Nadia Rohmah Mutia"
                 " Salma Aminah Hilda Syifa"),
    last_men=_words("Syafei Rosyid Fauzi Mubarok Hakim Sobari Rohman Junaedi Saputra Maulana"
                    " Zaelani Bahtiar Anwar Yusuf Basri"),
    last_women=_words("Azizah Fauziah Hasanah Rahmawati Zakiyah Komariah Aprilia Sa'adah Fadilah"
                      " Choirunnisa Mardiana Sakinah Badriah"),
)  # fmt: skip
JAWA = Custom(
    men=_words("Bambang Eko Joko Dwi Slamet Budi Wahyu Tri Agung Heru Teguh Bayu Sigit Arief"
               " Danang Yoga Galih Rudi Sugeng"),
    women=_words("Sri Dwi Endah Ratna Tri Retno Wahyu Kartini Ika Anis Diah Puji Ayu Yuni Rini"
                 " Novita Titik Indah Ambar"),
    last_men=_words("Prasetyo Santoso Wibowo Nugroho Susilo Hartono Raharjo Purnomo Utomo Widodo"
                    " Wicaksono Setyawan Kuncoro Handoko Budiarto"),
    last_women=_words("Wulandari Rahayu Astuti Handayani Setyowati Puspitasari Utami Lestari"
                      " Wijayanti Ningsih Suryaningsih Hapsari Kusumawati Maharani"),
)  # fmt: skip
BATAK = Custom(
    men=_words("Binsar Togar Parlindungan Hotman Rikardo Maruli Jonatan Edward Andar Sahat"),
    women=_words("Rosmawati Tiurma Ruth Mei Herlina Lamtiur Debora Yohana Romauli Kristina"),
    last_men=_words("Simanjuntak Hutapea Sitompul Manurung Siregar Nasution Panggabean Sinaga"
                    " Lumbantobing Harahap"),
    last_women=_words("Simanjuntak Hutapea Sitompul Manurung Siregar Nasution Panggabean Sinaga"
                      " Lumbantobing Harahap"),
)  # fmt: skip

_CHRISTIAN_MEN = _words(
    "Yohanes Petrus Paulus Yosef Melkianus Kristofel Yermias Marthen Daniel Stefanus Antonius"
    " Fransiskus Matheus Simon Imanuel Oktovianus Gregorius Dominggus Yakobus Ferdinandus Semuel"
    " Aloysius Nikodemus Adrianus Vinsensius"
)
_CHRISTIAN_WOMEN = _words(
    "Maria Yuliana Marselina Adriana Yustina Margaretha Agustina Dorkas Ester Fransiska Elisabeth"
    " Yohana Meriana Veronika Orpa Kristina Theresia Rambu Selfina Yasinta Paulina Novi Anastasia"
    " Wilhelmina Damaris"
)
_TIMOR = _words(
    "Bere Nomleni Nubatonis Tefa Taneo Banu Fallo Tnunay Liunokas Neolaka Selan Nenobais Kase Benu"
    " Bria Seran Nahak Klau Mau Tahoni Missa Lopo Atonis Boimau"
)
_ROTE_SABU = _words(
    "Ndun Pellokila Mooy Lenggu Adoe Messakh Tulle Manafe Foeh Haning Riwu Kore Djami Lado Rihi"
    " Hede Dethan Ballo Bessie Sereh"
)
_FLORES_SUMBA = _words(
    "Tukan Kelen Hayon Wea Dhae Ngongo Kedang Lamawuran Goa Tokan Mbiliyora Bulu Wadu Nggadas Lawa"
    " Jehadu Man Bora Woda Koten"
)
TIMOR = Custom(_CHRISTIAN_MEN, _CHRISTIAN_WOMEN, _TIMOR, _TIMOR)
ROTE_SABU = Custom(_CHRISTIAN_MEN, _CHRISTIAN_WOMEN, _ROTE_SABU, _ROTE_SABU)
FLORES_SUMBA = Custom(_CHRISTIAN_MEN, _CHRISTIAN_WOMEN, _FLORES_SUMBA, _FLORES_SUMBA)
MUSLIM_NTT = Custom(
    men=_words("Abdullah Ahmad Ibrahim Usman Muhamad Hamid Syamsul"),
    women=_words("Siti Nurhayati Fatma Halima Hadijah Rahma Salmah"),
    last_men=_words("Kasim Daeng Boli Pua Sulaiman Bahrun Laba"),
    last_women=_words("Kasim Daeng Boli Pua Sulaiman Bahrun Laba"),
)

# A city's peoples with their share, near enough to what its offices look like.
PEOPLES: dict[str, tuple[tuple[Custom, int], ...]] = {
    "tangsel": ((SUNDA, 32), (BETAWI, 28), (JAWA, 30), (BATAK, 10)),
    "kupang": ((TIMOR, 42), (ROTE_SABU, 28), (FLORES_SUMBA, 20), (JAWA, 4), (MUSLIM_NTT, 6)),
}


def invent(rng: Random, city: str, sex: Sex, taken: set[str]) -> str:
    """A name without titles that nobody in the world has yet; adds it to `taken`.

    Nobody shares both first and last name, so that no two people are mistaken for each other.
    """
    customs, weights = zip(*PEOPLES[city], strict=True)
    while True:
        name: str = rng.choices(customs, weights)[0].name(rng, sex)
        words = name.split()
        short = f"{words[0]} {words[-1]}"
        if taken.isdisjoint({name, short}):
            taken |= {name, short}
            return name
