"""What programs ask of every site: which addresses robots may visit, and the icon under its old name."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

# Pages of people, charts that only answer posts, and answers for programs. Nothing with a query: filters and orders of lists
# are endless, each costs as much as a page, and the sitemap names every page. Each page in another language is one, and
# pictures of charts may be fetched.
ROBOTS = """User-agent: *
Disallow: /accounts/
Disallow: /admin/
Disallow: /api/dumps/
Disallow: /api/v1/
Disallow: /compare/
Disallow: /dash/
Disallow: /following/
Disallow: /home/
Disallow: /oembed
Disallow: /search/
Disallow: /*?
Allow: /*?uselang=
Allow: /embed/
Crawl-delay: 1

Sitemap: {sitemap}
"""


@require_safe
@cache_control(public=True, max_age=86_400)
def robots(request: HttpRequest) -> HttpResponse:
    text = ROBOTS.format(sitemap=request.build_absolute_uri(reverse("sitemap")))
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


@require_safe
@cache_control(public=True, max_age=86_400)
def favicon(request: HttpRequest) -> HttpResponse:
    return redirect(static("site/icon.svg"))
