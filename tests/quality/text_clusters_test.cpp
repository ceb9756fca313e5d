#include "quality/duplicates/text_clusters.hpp"
#include "base/bytes/hash.hpp"

#include <chrono>
#include <map>
#include <set>

#include <catch2/catch.hpp>

#include "base/database/database.hpp"
#include "quality/duplicates/duplicates.hpp"
#include "schema/blobs/blobs.hpp"
#include "schema/records/record_fields.hpp"
#include "schema/records/record_store.hpp"
#include "tests/ingest/files.hpp"
#include "tests/support/test_database.hpp"

using namespace quality;

namespace {

const schema::Time start{std::chrono::seconds(1767225600)};

// A text of its own for each number, of 60 words.
std::string text(int number, int changed = 0) {
    std::string made;
    std::uint64_t state = static_cast<std::uint64_t>(number) + 99;
    for (int i = 0; i < 60; ++i) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        made += i < changed ? "other" + std::to_string(i) + " "
                            : "w" + std::to_string(state >> 40) + " ";
    }
    return made;
}

struct Fixture {
    test::TestDatabase db{4};
    test::DataFolder folder;
    schema::Blobs blobs{folder.path("blobs")};
    schema::BatchTarget target;

    Fixture() {
        db->call([&](base::Tx& tx) {
            target.source_id = schema::add_source(tx, {0, "s", "files", "{}", "", ""}, start)->id;
            target.source_name = "s";
            target.run_id = schema::begin_run(tx, target.source_id, "{}", start);
            target.now = start;
        });
    }
    void write(const std::map<std::string, std::string>& texts) {
        std::vector<schema::Sealed> sealed;
        for (const auto& [key, body] : texts) {
            schema::Draft draft;
            draft.key = key;
            draft.payload = "{\"h\":\"" + base::sha256_hex(body) + "\"}";
            draft.text = schema::Text{"", body, "en"};
            sealed.push_back(schema::seal("s", draft, blobs));
        }
        db->call([&](base::Tx& tx) { schema::write_batch(tx, target, sealed, {}); });
    }
    ClusterReport assign() { return assign_clusters(*db, target.source_id); }
    // Keys by cluster, clusters of one left out.
    std::set<std::set<std::string>> clusters() {
        std::map<std::string, std::set<std::string>> found;
        schema::each_record(
            *db,
            target.source_id,
            {"near_cluster"},
            [&](schema::RecordFound& record) {
                if (auto cluster = record.fields("near_cluster"))
                    found[*cluster].insert(record.id.key);
                return true;
            }
        );
        std::set<std::set<std::string>> all;
        for (const auto& [name, keys] : found)
            if (keys.size() > 1) all.insert(keys);
        return all;
    }
    std::string field(const std::string& key, const std::string& name) {
        std::string value = "none";
        schema::each_record(*db, target.source_id, {name}, [&](schema::RecordFound& record) {
            if (record.id.key == key) value = record.fields(name).value_or("null");
            return true;
        });
        return value;
    }
};

using Sets = std::set<std::set<std::string>>;

}  // namespace

TEST_CASE("a new text joins the cluster of one that was there before", "[quality][clusters]") {
    Fixture f;
    f.write({{"a", text(1)}, {"b", text(2)}});
    auto first = f.assign();
    CHECK(first.texts == 2);
    CHECK(first.near == 0);
    CHECK(f.clusters().empty());
    CHECK(f.field("a", "near_duplicate") == "false");
    f.write({{"c", text(1, 4)}, {"d", text(2)}, {"e", text(3)}});
    auto second = f.assign();
    CHECK(second.texts == 3);
    CHECK(second.near == 2);
    CHECK(second.exact == 1);
    CHECK(f.clusters() == Sets{{"a", "c"}, {"b", "d"}});
    CHECK(f.field("a", "near_duplicate") == "false");
    CHECK(f.field("c", "near_duplicate") == "true");
    CHECK(f.field("c", "exact_duplicate") == "false");
    CHECK(f.field("d", "exact_duplicate") == "true");
    CHECK(f.field("d", "text_hash") == f.field("b", "text_hash"));
    CHECK(f.field("e", "near_cluster") == "null");
    CHECK(f.assign().texts == 0);
}

TEST_CASE("a text between two clusters makes them one", "[quality][clusters]") {
    Fixture f;
    auto left = text(5), right = text(5);
    // Both ends differ from the middle, at opposite ends.
    std::string words_left, words_right;
    for (int i = 0; i < 5; ++i) words_left += "left" + std::to_string(i) + " ";
    for (int i = 0; i < 5; ++i) words_right += "right" + std::to_string(i) + " ";
    auto body = text(5);
    for (int i = 0; i < 6; ++i) body = body.substr(body.find(' ') + 1);
    f.write({{"l1", words_left + words_left + body}, {"r1", body + words_right + words_right}});
    f.assign();
    auto apart = f.clusters();
    f.write({{"m", body}});
    f.assign();
    CHECK(f.clusters() == Sets{{"l1", "m", "r1"}});
    CHECK(apart.empty());
}

TEST_CASE(
    "a text that changed leaves its cluster, whose others get another first",
    "[quality][clusters]"
) {
    Fixture f;
    f.write({{"a", text(1)}});
    f.assign();
    f.write({{"b", text(1)}, {"c", text(1, 3)}});
    f.assign();
    CHECK(f.clusters() == Sets{{"a", "b", "c"}});
    f.write({{"a", text(7)}});
    f.assign();
    CHECK(f.clusters() == Sets{{"b", "c"}});
    CHECK(f.field("a", "near_duplicate") == "false");
    f.write({{"d", text(1)}});
    f.assign();
    CHECK(f.clusters() == Sets{{"b", "c", "d"}});
    f.write({{"d", "too short to compare"}});
    f.assign();
    CHECK(f.clusters() == Sets{{"b", "c"}});
    CHECK(f.assign().texts == 0);
}

TEST_CASE(
    "clusters found in many runs are those found at once, up to likeness by way of others",
    "[quality][clusters]"
) {
    Fixture f;
    std::map<std::string, std::string> all;
    for (int i = 0; i < 300; ++i)
        all["k" + std::to_string(i)] = text(i % 200, i >= 200 ? (i % 3) * 2 : 0);
    std::map<std::string, std::string> some;
    for (const auto& one : all) {
        some.insert(one);
        if (some.size() < 37) continue;
        f.write(some);
        f.assign();
        some.clear();
    }
    f.write(some);
    f.assign();
    auto step_by_step = f.clusters();
    CHECK(step_by_step.size() == 100);
    auto found = find_duplicates(*f.db, f.target.source_id, {"text", {}, 0});
    f.db->call([&](base::Tx& tx) { keep_duplicates(tx, f.target.source_id, found); });
    CHECK(f.clusters() == step_by_step);
    // Those found at once are gone on from.
    f.write({{"more", text(250)}, {"new", text(50)}});
    f.assign();
    auto now = f.clusters();
    CHECK(std::any_of(now.begin(), now.end(), [](const auto& keys) {
        return keys.contains("new") && keys.contains("k50");
    }));
}

TEST_CASE(
    "sketches in the indexes are found like those that are not in them yet",
    "[quality][clusters]"
) {
    Fixture f;
    f.write({{"a", text(1)}, {"b", text(2)}, {"c", text(3)}});
    f.assign();
    CHECK(f.db.number("SELECT count(*) FROM text_sketch WHERE NOT indexed") == 3);
    f.db->call([](base::Tx& tx) {
        tx.exec("UPDATE text_sketch SET indexed = true WHERE key <> 'c'");
    });
    f.write({{"near", text(1, 4)}, {"equal", text(2)}, {"late", text(3, 2)}, {"other", text(4)}});
    auto found = f.assign();
    CHECK(found.near == 3);
    CHECK(found.exact == 1);
    CHECK(f.clusters() == Sets{{"a", "near"}, {"b", "equal"}, {"c", "late"}});
}

TEST_CASE(
    "texts stored by a program that computed no sketch get their clusters",
    "[quality][clusters]"
) {
    Fixture f;
    f.write({{"a", text(1)}, {"b", text(1)}, {"c", text(1, 4)}, {"d", text(2)}});
    auto hash = [&] { return f.field("a", "text_hash"); };
    f.db->call([](base::Tx& tx) {
        tx.exec("UPDATE content_text SET sketch = NULL WHERE key <> 'c'");
    });
    auto found = f.assign();
    CHECK(found.texts == 4);
    CHECK(found.exact == 1);
    CHECK(f.clusters() == Sets{{"a", "b", "c"}});
    auto before = hash();
    f.write({{"a", text(9)}});
    f.assign();
    f.write({{"a", text(1)}});
    f.assign();
    CHECK(hash() == before);
}

TEST_CASE("what a stop left is done by the next run", "[quality][clusters]") {
    Fixture f;
    f.write({{"a", text(1)}, {"b", text(1)}});
    std::stop_source stop;
    stop.request_stop();
    CHECK(assign_clusters(*f.db, f.target.source_id, stop.get_token()).texts == 0);
    CHECK(f.clusters().empty());
    CHECK(f.assign().texts == 2);
    CHECK(f.clusters() == Sets{{"a", "b"}});
}

TEST_CASE("sources do not share clusters", "[quality][clusters]") {
    Fixture f;
    f.write({{"a", text(1)}});
    f.assign();
    auto other = f.target;
    f.db->call([&](base::Tx& tx) {
        other.source_id = schema::add_source(tx, {0, "t", "files", "{}", "", ""}, start)->id;
        other.source_name = "t";
        other.run_id = schema::begin_run(tx, other.source_id, "{}", start);
    });
    f.target = other;
    f.write({{"b", text(1)}});
    CHECK(f.assign().near == 0);
}
