#include "base/bytes/hash.hpp"
#include "schema/select/record_search_store.hpp"

#include <filesystem>
#include <set>

#include <unistd.h>
#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "schema/records/record_store.hpp"
#include "tests/support/test_database.hpp"

using namespace schema;
using namespace formats;

namespace {

const Time start{std::chrono::seconds(1767225600)};

struct Fixture {
    test::TestDatabase db{4};
    std::filesystem::path folder =
        std::filesystem::temp_directory_path() / ("tilth-search-" + std::to_string(getpid()));
    Blobs blobs{folder};
    BatchTarget target;

    Fixture() {
        db->call([&](base::Tx& tx) {
            target.source_id = add_source(tx, {0, "s", "files", "{}", "", ""}, start)->id;
            target.source_name = "s";
            target.run_id = begin_run(tx, target.source_id, "{}", start);
            target.now = start;
        });
    }
    ~Fixture() { std::filesystem::remove_all(folder); }

    void write(
        const std::string& key,
        const std::string& title,
        const std::string& body,
        const std::string& language
    ) {
        Draft draft;
        draft.key = key;
        draft.payload =
            "{\"of\":\"" + language + "\",\"t\":\"" + base::sha256_hex(title + body) + "\"}";
        draft.text = Text{title, body, language};
        std::vector<Sealed> sealed{seal("s", draft, blobs)};
        db->call([&](base::Tx& tx) { write_batch(tx, target, sealed, {}); });
    }
    SearchAnswer ask(SearchRequest request) {
        index_texts(*db, target.source_id);
        request.source_id = target.source_id;
        return db->call([&](base::Tx& tx) { return search(tx, request); });
    }
    std::vector<std::string> keys(const std::string& query, const std::string& where = {}) {
        std::vector<std::string> found;
        for (const auto& hit : ask({0, query, Filter::parse(where), "", 100}).hits)
            found.push_back(hit.id.key);
        return found;
    }
};

using Keys = std::vector<std::string>;

}  // namespace

TEST_CASE("search knows the stems of each text's language", "[schema][search]") {
    Fixture f;
    f.write("en", "", "She was running along the river", "en");
    f.write("de", "", "Die Häuser standen am Fluss", "de");
    f.write("xx", "", "running Häuser", "");
    CHECK(f.keys("run") == Keys{"en"});
    CHECK(f.keys("Haus") == Keys{"de"});
    CHECK(std::set<std::string>{"en", "xx"} == [&] {
        auto found = f.keys("running");
        return std::set<std::string>(found.begin(), found.end());
    }());
}

TEST_CASE("search takes phrases, or, and words that must not be there", "[schema][search]") {
    Fixture f;
    f.write("a", "", "the red house on the hill", "en");
    f.write("b", "", "a house that is red", "en");
    f.write("c", "", "a blue boat", "en");
    CHECK(f.keys("\"red house\"") == Keys{"a"});
    CHECK(f.keys("red -hill") == Keys{"b"});
    CHECK(f.keys("hill or boat").size() == 2);
    CHECK(f.keys("zebra").empty());
    CHECK_THROWS_AS(f.keys("  ...  "), base::UsageError);
}

TEST_CASE(
    "a word in the title weighs more than one in the body, and snippets show the hits",
    "[schema][search]"
) {
    Fixture f;
    f.write("body", "Something", "The harvest was good this year and the barns were full.", "en");
    f.write("title", "Harvest", "It was good this year and the barns were full of it.", "en");
    auto answer = f.ask({0, "harvest", {}, "", 10});
    REQUIRE(answer.hits.size() == 2);
    CHECK(answer.hits[0].id.key == "title");
    CHECK(answer.hits[0].rank > answer.hits[1].rank);
    CHECK_THAT(answer.hits[1].snippet, Catch::Contains("«harvest»"));
    CHECK_FALSE(answer.next);
}

TEST_CASE("pages of a search follow each other without gaps or repetition", "[schema][search]") {
    Fixture f;
    for (int i = 0; i < 25; ++i)
        f.write(
            "k" + std::to_string(i),
            i % 3 ? "word" : "",
            "a word " + std::string(static_cast<std::size_t>(i % 4) * 7, 'x'),
            i % 2 ? "en" : "de"
        );
    std::vector<std::string> all;
    SearchRequest request{0, "word", {}, "", 4};
    double last = 1e9;
    for (;;) {
        auto answer = f.ask(request);
        for (const auto& hit : answer.hits) {
            CHECK(hit.rank <= last);
            last = hit.rank;
            all.push_back(hit.id.key);
        }
        if (!answer.next) break;
        request.after = *answer.next;
    }
    CHECK(all.size() == 25);
    CHECK(std::set<std::string>(all.begin(), all.end()).size() == 25);
    CHECK_THROWS_AS(f.ask({0, "word", {}, "nonsense", 4}), base::UsageError);
    auto filtered = f.ask({0, "word", Filter::parse("of = 'de'"), "", 5});
    CHECK(filtered.hits.size() == 5);
    REQUIRE(filtered.next);
    auto rest = f.ask({0, "word", Filter::parse("of = 'de'"), *filtered.next, 50});
    CHECK(rest.hits.size() == 8);
    CHECK_FALSE(rest.next);
}

TEST_CASE("a text that changed is found by its new words only", "[schema][search]") {
    Fixture f;
    f.write("a", "", "old words", "en");
    CHECK(f.keys("old") == Keys{"a"});
    f.write("a", "", "new phrase", "en");
    CHECK(f.keys("old").empty());
    CHECK(f.keys("phrase") == Keys{"a"});
    CHECK(index_texts(*f.db, f.target.source_id) == 0);
}

TEST_CASE("a text of a megabyte of different words does not stop the index", "[schema][search]") {
    Fixture f;
    std::string huge;
    for (int i = 0; huge.size() < 1'500'000; ++i)
        huge += "wörtchen" + std::to_string(i * 7919) + " ";
    f.write("huge", "marker", huge, "de");
    CHECK(f.keys("marker") == Keys{"huge"});
}

TEST_CASE("texts are indexed in steps where time is short", "[schema][search]") {
    Fixture f;
    for (int i = 0; i < 5; ++i) f.write("k" + std::to_string(i), "", "word", "en");
    auto step = [&](int at_most) {
        return f.db->call([&](base::Tx& tx) {
            return index_some_texts(tx, f.target.source_id, at_most);
        });
    };
    CHECK_FALSE(step(3));
    CHECK(f.db.number("SELECT count(*) FROM record_search") == 3);
    CHECK(step(3));
    CHECK(f.db.number("SELECT count(*) FROM record_search") == 5);
    CHECK(step(1));
}
