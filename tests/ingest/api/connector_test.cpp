#include "tests/ingest/api/reading.hpp"

using namespace api_reading;

TEST_CASE("every paginator reads each record once", "[ingest][api]") {
    for (const auto& [name, stream] : paginators) {
        INFO(name);
        for (int count : {0, 1, 9, 10, 11, 95}) {
            ScriptedApi api;
            api.fill(count);
            CHECK(read_all(spec_of(stream), api).keys == numbers(1, count));
        }
    }
}

TEST_CASE("a reader goes on behind any page with exactly what follows", "[ingest][api]") {
    for (const auto& [name, stream] : paginators) {
        INFO(name);
        ScriptedApi api;
        api.fill(35);
        auto spec = spec_of(stream);
        Read whole = read_all(spec, api);
        std::size_t behind = 0;
        auto connector = ingest::api::open_api(spec, api.world());
        Page page;
        while (connector->next(page, 7, 1 << 20)) {
            behind += page.records.size();
            auto rest = read_all(spec, api, page.cursor).keys;
            // The overlap of keyset pages is known only to whom has seen the page before.
            if (name == "keyset without a tie" && rest.size() > 35 - behind)
                rest.erase(rest.begin());
            CHECK(rest == numbers(static_cast<int>(behind) + 1, 35));
            page.clear();
        }
        CHECK(behind == 35);
    }
}

TEST_CASE("servers that cap their pages lose nothing", "[ingest][api]") {
    ScriptedApi api;
    api.fill(95);
    api.cap = 4;
    CHECK(read_all(spec_of(paginators[1].second), api).keys == numbers(1, 95));
}

TEST_CASE("pages that changed since the cursor was made are read again whole", "[ingest][api]") {
    ScriptedApi api;
    api.fill(20);
    auto spec = spec_of(paginators[1].second);
    auto connector = ingest::api::open_api(spec, api.world());
    Page page;
    connector->next(page, 7, 1 << 20);
    api.items.insert(api.items.begin(), {100, "2000-01-01T00:00:00Z", ""});
    auto rest = read_all(spec, api, page.cursor).keys;
    CHECK(rest.size() == 21);
    CHECK(rest.front() == "100");
}

TEST_CASE(
    "a rate limit that asks for long parks, and reading goes on where it was",
    "[ingest][api]"
) {
    ScriptedApi api;
    api.fill(50);
    bool limited = true;
    api.script = [&](int number, const Request&, Response truth) {
        if (limited && number > 3) return Response{429, {{"Retry-After", "3600"}}, "", ""};
        return truth;
    };
    auto spec = spec_of(paginators[0].second);
    auto first = read_all(spec, api);
    REQUIRE(first.parked);
    CHECK(first.parked->due - api.now == 1h);
    CHECK(first.keys == numbers(1, 30));
    limited = false;
    CHECK(read_all(spec, api, first.cursors.back()).keys == numbers(31, 50));

    SECTION("also when the limit comes before any page") {
        limited = true;
        api.requests.assign(3, {});
        auto nothing = read_all(spec, api, first.cursors.back());
        CHECK(nothing.keys.empty());
        CHECK(nothing.parked);
    }
    SECTION("also when the program stops while it waits") {
        limited = true;
        api.requests.clear();
        api.script = [](int number, const Request&, Response truth) {
            return number == 2 ? Response{503, {}, "", ""} : truth;
        };
        api.stop = true;
        auto stopped = read_all(spec, api);
        CHECK(stopped.keys == numbers(1, 10));
        CHECK(stopped.parked);
    }
}

TEST_CASE("a page that comes again is asked for again", "[ingest][api]") {
    ScriptedApi api;
    api.fill(40);
    auto spec = spec_of(paginators[0].second);
    Response stale;
    api.script = [&](int number, const Request&, Response truth) {
        if (number == 2) return stale = truth;
        if (number == 3) return stale;  // a cache answers
        return truth;
    };
    CHECK(read_all(spec, api).keys == numbers(1, 40));
    api.script = [&](int, const Request&, Response) { return stale; };
    CHECK_THROWS_WITH(read_all(spec, api), Contains("same records"));
}

TEST_CASE("an empty page in the middle is no end if the server counts more", "[ingest][api]") {
    ScriptedApi api;
    api.fill(40);
    api.script = [&](int number, const Request&, Response truth) {
        if (number == 3) return Response{200, {}, R"({"data":[],"total":40})", ""};
        return truth;
    };
    auto stream =
        R"("query":{"page":"{page}"},"paginator":{"kind":"page","size":10,"total":"/total"})";
    CHECK(read_all(spec_of(stream), api).keys == numbers(1, 40));
}

TEST_CASE("pages that run in a circle, and strangers' pages, are refused", "[ingest][api]") {
    ScriptedApi api;
    api.fill(30);
    std::string next = "https://api.test/v1/items?cursor=c10";
    api.script = [&](int, const Request&, Response truth) {
        auto body = json::parse(truth.body).as_object();
        body["next_url"] = next;
        truth.body = json::serialize(body);
        return truth;
    };
    auto spec = spec_of(paginators[5].second);
    CHECK_THROWS_WITH(read_all(spec, api), Contains("circle"));
    for (const auto* other :
         {"https://api.test.evil.example/v1",
          "http://api.test/v1",
          "https://api.test:8443/v1",
          "https://api.test@evil.example/",
          "//evil.example/",
          "https:evil.example"}) {
        INFO(other);
        next = other;
        auto before = api.requests.size();
        CHECK_THROWS_AS(read_all(spec, api), base::Error);
        CHECK(api.requests.size() == before + 1);
    }
}

TEST_CASE("records sharing a cursor value over a page need a tie", "[ingest][api]") {
    ScriptedApi api;
    api.fill(35);
    for (int i = 5; i < 28; ++i)
        api.items[static_cast<std::size_t>(i)].updated = api.items[5].updated;
    CHECK(read_all(spec_of(paginators[7].second), api).keys == numbers(1, 35));
    CHECK_THROWS_WITH(
        read_all(spec_of(paginators[8].second), api), Contains("share one cursor value")
    );
}

TEST_CASE(
    "an incremental stream asks for what is new, ties and late ones included",
    "[ingest][api]"
) {
    ScriptedApi api;
    api.fill(30);
    auto spec = spec_of(
        R"("query":{"since":"{since}","page":"{page}"},"paginator":{"kind":"page","size":10},)"
        R"("incremental":{"cursor":"/updated_at","start":"2000-01-01T00:00:00Z","lag":"2m"})"
    );
    auto first = read_all(spec, api);
    CHECK(first.keys == numbers(1, 30));
    auto newest = api.items.back().updated;
    api.items.push_back({31, newest, ""});                                     // a tie
    api.items.push_back({32, api.items[28].updated, ""});                      // came late
    api.items.push_back({33, ingest::api::written(api.now, "datetime"), ""});  // new
    auto second = read_all(spec, api, "", first.bookmark);
    std::set<std::string> keys(second.keys.begin(), second.keys.end());
    CHECK(keys == std::set<std::string>{"28", "29", "30", "31", "32", "33"});

    SECTION("a server whose clock is ahead hides nothing") {
        api.items.push_back({34, ingest::api::written(api.now + 48h, "datetime"), ""});
        auto third = read_all(spec, api, "", second.bookmark);
        api.items.push_back({35, ingest::api::written(api.now + 1min, "datetime"), ""});
        auto fourth = read_all(spec, api, "", third.bookmark);
        CHECK(std::count(fourth.keys.begin(), fourth.keys.end(), "35") == 1);
    }
    SECTION("an interrupted run keeps what it has seen in its cursor") {
        auto part = ingest::api::open_api(spec, api.world());
        Page page;
        part->next(page, 10, 1 << 20);
        auto rest = read_all(spec, api, page.cursor);
        CHECK(rest.bookmark == second.bookmark);
    }
}

TEST_CASE("spans of time are asked for one after the other", "[ingest][api]") {
    ScriptedApi api;
    api.fill(200);
    auto start = api.items.front().updated;
    auto spec = spec_of(
        R"("query":{"from":"{from}","to":"{to}","page":"{page}"},"paginator":{"kind":"page","size":10},)"
        R"("slices":{"step":"1h","start":")" +
        start + R"("},"incremental":{"cursor":"/updated_at"})"
    );
    auto read = read_all(spec, api);
    CHECK(read.keys == numbers(1, 200));
    for (std::size_t i = 0; i < read.cursors.size(); i += 5) {
        auto rest = read_all(spec, api, read.cursors[i]);
        CHECK(rest.keys.back() == "200");
        auto next = std::stoul(rest.keys.front());
        CHECK(rest.keys == numbers(static_cast<int>(next), 200));
        CHECK(next <= (i + 1) * 7 + 1);
    }
    api.requests.clear();
    CHECK(read_all(spec, api, "", read.bookmark).keys == numbers(200, 200));
}

TEST_CASE("children are read for each record of their parent", "[ingest][api]") {
    ScriptedApi api;
    api.fill(75);
    for (auto& item : api.items) item.parent = std::string(1, static_cast<char>('a' + item.id % 3));
    auto spec = ingest::api::Spec::settings.read(
        base::Document::json(R"({"base_url":"https://api.test/v1","stream":[
        {"name":"parents","path":"/parents","key":"/id"},
        {"name":"items","path":"/parents/{parent.name}/items","records":"/data","key":["parent.name","/id"],
         "parent":{"stream":"parents","fields":{"name":"/id"}},
         "query":{"page":"{page}","limit":"{limit}"},"paginator":{"kind":"page","size":10}}]})")
    );
    auto read = read_all(spec, api);
    CHECK(read.keys.size() == 78);
    CHECK(std::set<std::string>(read.keys.begin(), read.keys.end()).size() == 78);
    CHECK(read.keys[3] == "items/a/3");
    for (std::size_t i = 0; i < read.cursors.size(); ++i) {
        auto rest = read_all(spec, api, read.cursors[i]).keys;
        CHECK(std::equal(rest.rbegin(), rest.rend(), read.keys.rbegin()));
        CHECK(rest.size() < 78);
    }
    SECTION("a parent without children may be passed over") {
        api.script = [](int, const Request& request, Response truth) {
            if (request.url.find("/b/") != std::string::npos) return Response{404, {}, "gone", ""};
            return truth;
        };
        CHECK_THROWS_WITH(read_all(spec, api), Contains("parent.name b") && Contains("404"));
        spec.streams[1].errors.push_back({{404}, "gone", ingest::api::Action::ignore});
        CHECK(read_all(spec, api).keys.size() == 53);
    }
}

TEST_CASE(
    "records are filtered, renamed and cast; what cannot be is rejected and can be replayed",
    "[ingest][api]"
) {
    ScriptedApi api;
    api.script = [](int, const Request&, Response) {
        return Response{
            200,
            {},
            R"({"data":[
            {"id":"a","price":"1,200.50","state":"open"},
            {"id":"b","price":"much","state":"open"},
            {"id":"c","price":"3","state":"closed"},
            null, 7, {"id":null,"state":"open"}, {"id":"d","state":"open","bad":"\u0000"}]})",
            ""};
    };
    auto spec = spec_of(
        R"("keep":[{"at":"/state","is_not":["closed"]}],"rename":{"price":"cost"},"cast":{"price":"number"})"
    );
    auto connector = ingest::api::open_api(spec, api.world());
    Page page;
    REQUIRE(connector->next(page, 100, 1 << 20));
    REQUIRE(page.records.size() == 1);
    const auto& record = page.records[0];
    CHECK(record.json == R"({"id":"a","price":"1,200.50","state":"open"})");
    CHECK(page.fields_of(record)[1].name == "cost");
    CHECK(page.fields_of(record)[1].value == "1200.5");
    CHECK(record.file == "https://api.test/v1/items");
    CHECK(record.member == "items");
    CHECK(record.byte_offset == 22);
    std::vector<std::string> codes;
    for (const auto& reject : page.rejects) codes.push_back(reject.code);
    CHECK(
        codes ==
        std::vector<std::string>{
            "cast.invalid", "json.not_object", "json.not_object", "key.missing", "json.nul"}
    );
    REQUIRE(page.rereads.size() == 1);
    Page again;
    ingest::reread(page.rereads[0].how, R"({"id":"b","price":"12"})", again);
    REQUIRE(again.records.size() == 1);
    CHECK(again.records[0].key == "b");
    CHECK(again.fields_of(again.records[0])[1].value == "12");
}

TEST_CASE("settings of an API that are wrong are named by their place", "[ingest][api]") {
    auto wrong = [](const std::string& text) {
        try {
            ingest::api::Spec::settings.read(base::Document::json(text));
        } catch (const base::UsageError& error) {
            return std::string(error.what());
        }
        return std::string("no error");
    };
    auto stream = [&](const std::string& rest) {
        return wrong(R"({"base_url":"https://a.b","stream":[{"name":"s",)" + rest + "}]}");
    };
    CHECK_THAT(wrong("{}"), Contains("base_url"));
    CHECK_THAT(wrong(R"({"base_url":"ftp://a"})"), Contains("http"));
    CHECK_THAT(wrong(R"({"base_url":"https://a","strem":[]})"), Contains("stream"));
    CHECK_THAT(stream(R"("recods":"/a")"), Contains("stream[0].recods"));
    CHECK_THAT(stream(R"("records":"a")"), Contains("stream[0].records") && Contains("/"));
    CHECK_THAT(
        stream(R"("paginator":{"kind":"pages"})"),
        Contains("stream[0].paginator.kind") && Contains("offset")
    );
    CHECK_THAT(stream(R"("paginator":{"kind":"page"})"), Contains("{page}"));
    CHECK_THAT(
        stream(R"("paginator":{"kind":"cursor"},"query":{"c":"{cursor}"})"),
        Contains("paginator.pointer")
    );
    CHECK_THAT(
        stream(R"("query":{"c":"{curser}"})"), Contains("stream[0].query.c") && Contains("{limit}")
    );
    CHECK_THAT(stream(R"("parent":{"stream":"p","fields":{"a":"/a"}})"), Contains("before"));
    CHECK_THAT(stream(R"("slices":{"step":"1h"})"), Contains("slices.start"));
    CHECK_THAT(stream(R"("error":[{"status":42}])"), Contains("error[0].status"));
    CHECK_THAT(
        wrong(R"({"base_url":"https://a","auth":{"kind":"bearer","secret":"hunter2"},"stream":[]})"
        ),
        Contains("env:NAME") && !Contains("hunter2")
    );
    CHECK_THAT(wrong(R"({"base_url":"https://a","rate":"fast","stream":[]})"), Contains("rate"));
}

TEST_CASE("JSON pointers find values as spelled", "[ingest][api]") {
    const std::string text =
        R"( {"a/b":{"m~n":[10, {"x":1e2}, "t\"\u00e9"]},"k":null,"\u0061":3} )";
    using ingest::api::text_at;
    using ingest::api::value_at;
    CHECK(value_at(text, "/a~1b/m~0n/1/x") == "1e2");
    CHECK(text_at(text, "/a~1b/m~0n/2") == "t\"é");
    CHECK(value_at(text, "/k") == "null");
    CHECK_FALSE(text_at(text, "/k"));
    CHECK(value_at(text, "/a") == "3");
    CHECK_FALSE(value_at(text, "/a~1b/m~0n/3"));
    CHECK_FALSE(value_at(text, "/a~1b/m~0n/01x"));
    CHECK_FALSE(value_at(text, "/none/x"));
    CHECK(value_at(R"([])", "") == "[]");
}
