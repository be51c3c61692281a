"""The floors: the least that a page and an act of any Django site of this kind would do.

Page: a logged-in session, one indexed query, 50 rows of HTML. Act: a logged-in POST with CSRF,
one locked row, one UPDATE, one INSERT.
"""

from django.contrib.auth.decorators import login_required
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template import engines
from django.urls import include, path
from django.views.decorators.http import require_POST

TABLES = """
CREATE TABLE IF NOT EXISTS bench_row (
    id bigserial PRIMARY KEY, owner bigint NOT NULL, title text NOT NULL, stamp int NOT NULL
);
CREATE INDEX IF NOT EXISTS bench_row_owner ON bench_row (owner, id);
CREATE TABLE IF NOT EXISTS bench_note (id bigserial PRIMARY KEY, row_id bigint, text text);
INSERT INTO bench_row (owner, title, stamp)
SELECT n / 50, 'Baris ' || n, 0 FROM generate_series(1, {rows}) n;
ANALYZE bench_row;
GRANT SELECT, INSERT, UPDATE ON bench_row, bench_note TO {role};
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role};
"""
PAGE = engines["django"].from_string(
    """<!doctype html><html lang="id"><head><title>Batas bawah</title></head><body><h1>Batas</h1>
    <p>{{ request.user.username }}</p><form method="post">{% csrf_token %}</form>
    <table>{% for id, title, stamp in rows %}<tr><td>{{ id }}</td><td><a href="/{{ id }}/">
    {{ title }}</a></td><td>{{ stamp }}</td></tr>{% endfor %}</table></body></html>"""
)


@login_required
def page(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, title, stamp FROM bench_row WHERE owner = 7 ORDER BY owner, id LIMIT 50"
        )
        rows = cursor.fetchall()
    return HttpResponse(PAGE.render({"rows": rows}, request))


@login_required
@require_POST
def act(request: HttpRequest) -> HttpResponse:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT stamp FROM bench_row WHERE id = 400 FOR UPDATE")
        stamp = cursor.fetchone()[0]
        cursor.execute("UPDATE bench_row SET stamp = %s WHERE id = 400", [stamp + 1])
        cursor.execute("INSERT INTO bench_note (row_id, text) VALUES (400, 'x')")
    return redirect("/floor/page")


urlpatterns = [
    path("floor/page", page),
    path("floor/act", act),
    path("", include("config.urls")),
]
