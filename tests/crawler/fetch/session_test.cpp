// Cookies, credentials, signing in and proxies.
#include <thread>

#include <boost/asio.hpp>
#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "formats/html/document.hpp"
#include "formats/html/form.hpp"
#include "formats/url/url.hpp"
#include "formats/warc/warc.hpp"
#include "crawler/archive/warc_writer.hpp"
#include "tests/crawler/fetch/fetching.hpp"
#include "tests/crawler/site/world.hpp"

using namespace std::chrono_literals;
using crawler::FetchError;
using test::get_all;
using test::get_each;
using test::SiteReply;
using test::SiteRequest;

namespace {

std::string header_of(const SiteRequest& request, const std::string& name) {
    auto found = request.headers.find(name);
    return found == request.headers.end() ? "" : found->second;
}

// The same server under another name, which is another origin.
std::string as_localhost(std::string url) {
    return url.replace(url.find("127.0.0.1"), 9, "localhost");
}

std::string origin_of(const std::string& url) {
    return crawler::parse_url(url)->origin();
}

SiteReply with_headers(std::vector<std::string> headers, std::string body = "x", int status = 200) {
    headers.push_back("Content-Type: text/html");
    return {status, std::move(headers), std::move(body), 0ms, false, false};
}

// A site of which all but the page with the form wants a session. `lasts` pages and it ends.
struct Members {
    test::TestSite site;
    std::atomic<int> sessions{0}, served{0};
    int lasts = 1000;
    std::string page_mark = "Please sign in";

    Members() {
        site.on("/login", [](const SiteRequest&) {
            return with_headers(
                {"Set-Cookie: pre=1"},
                "<form action=/search><input name=q></form><form id=login method=POST "
                "action='/login?next=/'>"
                "<input type=hidden name=token value='a&b'><input name=user><input type=password "
                "name=pass>"
                "<input type=checkbox name=stay checked><button name=go value=1>in</button></form>"
            );
        });
        site.on("/robots.txt", [](const SiteRequest&) { return with_headers({}, "", 404); });
        site.otherwise([this](const SiteRequest& request) {
            return request.method == "POST" ? post(request) : page(request);
        });
    }

    SiteReply post(const SiteRequest& request) {
        bool good = request.body == "token=a%26b&user=me&pass=p%40ss&stay=on&go=1" &&
                    header_of(request, "cookie").find("pre=1") != std::string::npos;
        if (!good)
            return with_headers(
                {}, "<p>Wrong.</p><form method=post><input type=password name=pass></form>"
            );
        served = 0;
        return with_headers(
            {"Set-Cookie: session=s" + std::to_string(++sessions) + "; Path=/; HttpOnly",
             "Location: /"},
            "",
            303
        );
    }

    SiteReply page(const SiteRequest& request) {
        auto session = "session=s" + std::to_string(sessions.load());
        bool inside = sessions > 0 &&
                      header_of(request, "cookie").find(session) != std::string::npos &&
                      served < lasts;
        if (!inside) return with_headers({}, "<p>" + page_mark + "</p>");
        if (request.path != "/") ++served;
        std::vector<std::string> links;
        if (request.path == "/")
            for (int i = 0; i < 12; ++i) links.push_back("/page" + std::to_string(i));
        auto reply = with_headers(
            {"Set-Cookie: seen=" + std::to_string(served)},
            test::page_with_links("Page " + request.path, links)
        );
        return reply;
    }

    crawler::SignInPlan plan(const std::string& password = "p@ss") const {
        crawler::SignInPlan plan;
        plan.url = site.url("/login");
        plan.fields = {{"user", "me"}, {"pass", password}};
        plan.logged_out = "Please sign in";
        return plan;
    }
};

}  // namespace

TEST_CASE(
    "cookies go back to their host, by their path, and not to another",
    "[crawler][session]"
) {
    test::TestSite site;
    site.on("/set", [](const SiteRequest&) {
        return with_headers(
            {"Set-Cookie: a=1; Path=/",
             "Set-Cookie: b=2; Path=/deep",
             "Set-Cookie: d=4; Max-Age=0",
             "Set-Cookie: e=5; Domain=test",
             "Set-Cookie: f=6; Domain=elsewhere.test"}
        );
    });
    site.otherwise([](const SiteRequest& request) {
        return with_headers({}, header_of(request, "cookie"));
    });
    std::vector<std::string> urls{
        site.url("/set"), site.url("/"), site.url("/deep/er"), as_localhost(site.url("/"))};
    auto responses = get_each(urls, test::local());
    CHECK(responses[0].header("set-cookie") == "a=1; Path=/");
    CHECK(responses[1].body == "a=1");
    CHECK((responses[2].body == "b=2; a=1" || responses[2].body == "a=1; b=2"));
    CHECK(responses[3].body.empty());
    auto without = test::local();
    without.cookies = false;
    CHECK(get_each(urls, without)[1].body.empty());
}

TEST_CASE("a site that wants its cookie back before it answers is crawled", "[crawler][session]") {
    test::TestSite site;
    site.otherwise([](const SiteRequest& request) {
        if (request.path == "/robots.txt") return with_headers({}, "", 404);
        if (header_of(request, "cookie") != "ok=1")
            return with_headers({"Set-Cookie: ok=1", "Location: " + request.path}, "", 302);
        return with_headers({}, test::page_with_links("Front", {}));
    });
    test::World world;
    world.crawl(world.options(site.url()));
    CHECK(world.reason(site.url()) == "done:");
}

TEST_CASE(
    "credentials go to their origin alone, and their sessions to no archive",
    "[crawler][session]"
) {
    test::TestSite site;
    site.otherwise([](const SiteRequest& request) {
        return with_headers(
            {"Set-Cookie: s=secret"},
            header_of(request, "authorization") + "|" + header_of(request, "x-key")
        );
    });
    auto options = test::local();
    options.access.push_back(
        {origin_of(site.url()), {crawler::basic_header("me:p\xc3\xa4ss"), "X-Key: k1"}}
    );
    auto responses =
        get_each({site.url("/a"), as_localhost(site.url("/a")), site.url("/b")}, options);
    CHECK(responses[0].body == "Basic bWU6cMOkc3M=|k1");
    CHECK(responses[1].body == "|");
    CHECK(responses[2].body == "Basic bWU6cMOkc3M=|k1");
    CHECK(responses[0].header("set-cookie").empty());
    CHECK_FALSE(responses[1].header("set-cookie").empty());
}

TEST_CASE("headers and secrets that would be two lines are told", "[crawler][session]") {
    CHECK(crawler::is_header("X-Key: value"));
    CHECK(crawler::is_header(crawler::bearer_header("abc")));
    CHECK_FALSE(crawler::is_header("X-Key: a\r\nHost: b"));
    CHECK_FALSE(crawler::is_header("X Key: a"));
    CHECK_FALSE(crawler::is_header("no colon"));
    CHECK_FALSE(crawler::is_header("X-Key: "));
}

TEST_CASE("forms are read as a browser fills them", "[crawler][session]") {
    auto page = *crawler::parse_url("https://example.org/a/login?x=1");
    auto read = [&](const std::string& html, const std::string& selector = {}) {
        return crawler::find_form(crawler::Document::parse(html), page, selector);
    };
    auto form = read(
        "<form id=f method=post action=in><input name=a value=1><input type=radio name=r "
        "value=x><input type=radio "
        "name=r value=y checked><select name=s><option value=o1>One<option value=o2 "
        "selected>Two</select>"
        "<textarea name=t>some text</textarea><input name=gone disabled><input type=checkbox "
        "name=c>"
        "<input type=password name=p><input type=submit name=go value=now><input type=submit "
        "name=other></form>"
    );
    REQUIRE(form);
    CHECK(form->action == "https://example.org/a/in");
    CHECK(form->post);
    form->fill("p", "\xc3\xa4 &=+");
    CHECK(form->encoded() == "a=1&r=y&s=o2&t=some+text&p=%C3%A4+%26%3D%2B&go=now");
    CHECK_FALSE(read("<form><input name=q></form>"));
    CHECK(read("<form class=x><input name=q></form>", "form.x"));
    CHECK(
        read("<form><input type=password name=p></form>")->action ==
        "https://example.org/a/login?x=1"
    );
}

TEST_CASE(
    "a crawl signs in before its first page, and again when the session has ended",
    "[crawler][session]"
) {
    Members members;
    members.lasts = 5;
    test::World world;
    auto options = world.options(members.site.url());
    options.politeness.at_once = 3;
    options.fetch.sign_in = members.plan();
    world.crawl(options);
    CHECK(world.pages() == 13);
    CHECK(members.sessions == 3);
    CHECK(
        world.database.number("SELECT count(*) FROM content_text WHERE body LIKE '%sign in%'") == 0
    );
    // The password was sent to the form alone.
    for (const auto& request : members.site.requests())
        CHECK(
            (request.body.find("p%40ss") == std::string::npos || request.path.starts_with("/login"))
        );
}

TEST_CASE("who can not sign in crawls nothing, and keeps all for later", "[crawler][session]") {
    Members members;
    test::World world;
    auto options = world.options(members.site.url());
    options.fetch.sign_in = members.plan("n0t-it");
    std::string said;
    try {
        world.crawl(options);
    } catch (const base::Error& error) {
        said = error.what();
    }
    CHECK(said.find("does not take the name or the password") != said.npos);
    CHECK(said.find("n0t-it") == said.npos);
    CHECK(world.pages() == 0);
    CHECK(world.reason(members.site.url()) == "queued:");
    CHECK(members.site.count("/login?next=/") == 1);
    options = world.options(members.site.url());
    options.fetch.sign_in = members.plan();
    world.crawl(options);
    CHECK(world.pages() == 13);
}

TEST_CASE("a form that sends its fields elsewhere gets none", "[crawler][session]") {
    test::TestSite site, other;
    site.page(
        "/login",
        "<form method=post action='" + as_localhost(other.url("/steal")) +
            "'><input type=password name=pass></form>"
    );
    crawler::SignInPlan plan;
    plan.url = site.url("/login");
    plan.fields = {{"pass", "secret"}};
    auto options = test::local();
    options.sign_in = plan;
    auto response = get_each({site.url("/page")}, options)[0];
    CHECK(response.error == FetchError::sign_in);
    CHECK(response.message.find("not among its origins") != std::string::npos);
    CHECK(other.requests().empty());
}

TEST_CASE(
    "a page that shows signed-out visitors' text to all ends, and does not sign in for ever",
    "[crawler][session]"
) {
    Members members;
    members.site.on("/odd", [](const SiteRequest&) { return with_headers({}, "Please sign in"); });
    auto options = test::local();
    options.sign_in = members.plan();
    auto responses = get_each({members.site.url("/odd"), members.site.url("/page1")}, options);
    CHECK(responses[0].error == FetchError::signed_out);
    CHECK(responses[1].status == 200);
    CHECK(members.sessions == 2);
}

TEST_CASE("what is stored and archived holds no secret", "[crawler][session]") {
    Members members;
    test::World world;
    auto options = world.options(members.site.url());
    options.fetch.sign_in = members.plan();
    options.fetch.access.push_back({origin_of(members.site.url()), {"X-Key: hidden-key"}});
    auto folder = world.folder / "warc";
    std::string path;
    {
        crawler::WarcWriter archive(folder.string(), "t", "agent");
        options.archive = [&](const auto& request, const auto& response, auto at) {
            archive.write(request, response, at);
        };
        world.crawl(options);
        path = archive.path();
    }
    CHECK(world.pages() == 13);
    int responses = 0;
    crawler::WarcReader reader(path);
    while (auto record = reader.next()) {
        if (record->type == "response") ++responses;
        for (const char* secret : {"session=", "p@ss", "p%40ss", "hidden-key", "seen="})
            CHECK(record->block.find(secret) == std::string::npos);
    }
    CHECK(responses >= 13);
    for (const char* table :
         {"frontier_url",
          "fetch_log",
          "site_file",
          "record_version",
          "content_text",
          "source_run"}) {
        INFO(table);
        CHECK(
            world.database.number(
                std::string("SELECT count(*) FROM ") + table +
                " AS t WHERE t::text ~ 'session=|p@ss|p%40ss|hidden-key'"
            ) == 0
        );
    }
}
