#include <cmath>

#include "base/bytes/png.hpp"
#include "formats/image/image.hpp"
#include "tests/training/snapshot_world.hpp"

using namespace snapshot_world;

namespace {

// A column of numbers, with what `select` gives for records.
void give_sizes(World& world, const std::string& select) {
    world.db->call([&](base::Tx& tx) {
        schema::ensure_columns(tx, world.source, {{"size", schema::Column::Type::number, ""}}, now);
        tx.exec("INSERT INTO content_numeric " + select);
    });
}

}  // namespace

TEST_CASE(
    "a preparation's versions are kept, fitted on the training side alone, and undone by another",
    "[training][prepare]"
) {
    World world;
    auto created = world.create({.name = "a", .split = "0.6,0.2,0.2"});
    // A column whose values differ between the sides: the mean must be that of training.
    give_sizes(
        world,
        "SELECT rk, source_id, key, version, 1, ARRAY[CASE WHEN split = 0 THEN 10 ELSE 5000 END + "
        "abs(rk % 3)]::float8[] FROM snapshot_item"
    );
    auto add = [&](const std::string& operations) {
        return world.db->call([&](base::Tx& tx) {
            return training::add_preparation(tx, world.source, operations, "n", "me", now).version;
        });
    };
    CHECK(add(R"([{"op":"upper"},{"op":"clip","quantiles":[0,1]}])") == 1);
    CHECK_THROWS_AS(add(R"([{"op":"magic"}])"), base::UsageError);
    training::ExampleStore store(*world.db, world.blobs);
    auto prepared = training::prepare(*world.db, store, created.snapshot, std::nullopt, now);
    CHECK(prepared.version == 1);
    auto test_side =
        prepared.fitted.apply(store.load(store.split_items(created.snapshot.id, 2), {}));
    REQUIRE(test_side.rows > 0);
    for (double value : test_side.numeric) CHECK(value <= 12);  // nothing beyond what training has
    CHECK(test_side.text[0].body.find('t') == std::string::npos);
    CHECK(world.db.number("SELECT count(*) FROM preparation_fit") == 1);
    CHECK(
        world.db.number("SELECT rows FROM preparation_fit") ==
        world.db.number("SELECT count(*) FROM snapshot_item WHERE split = 0")
    );
    CHECK(
        training::prepare(*world.db, store, created.snapshot, 1, now).fitted.json() ==
        prepared.fitted.json()
    );
    CHECK_THAT(
        world.exported(created.snapshot, {.format = formats::DatasetFormat::csv}, prepared.fitted),
        Catch::StartsWith("key,split,label,label_probability,title,body,size,source,") &&
            Catch::Contains("T1W") && !Catch::Contains("5000")
    );
    CHECK(
        world.db.number("SELECT count(*) FROM content_text WHERE body LIKE 'T%'") == 0
    );  // records are as they were

    CHECK(add("[]") == 2);  // an undo
    CHECK(training::prepare(*world.db, store, created.snapshot, std::nullopt, now).fitted.empty());
    CHECK_FALSE(training::prepare(*world.db, store, created.snapshot, 1, now).fitted.empty());
    CHECK_THROWS_AS(training::prepare(*world.db, store, created.snapshot, 9, now), base::Error);
}

TEST_CASE("a preparation reads pictures where a step works on them", "[training][prepare]") {
    World world;
    std::vector<schema::Draft> drafts;
    for (int i = 0; i < 40; ++i) {
        schema::Draft made;
        made.key = "i" + std::to_string(i);
        made.payload = "{}";
        made.blob = base::png({40, 20, 1, std::string(800, static_cast<char>(i))});
        made.image = std::get<formats::Image>(formats::examine_image(made.blob));
        drafts.push_back(std::move(made));
    }
    world.write(std::move(drafts));
    world.label();
    const auto created = world.create(snapshot_world::named("a"));
    const auto loaded = [&](const std::string& operations) {
        world.db->call([&](base::Tx& tx) {
            training::add_preparation(tx, world.source, operations, "n", "me", now);
        });
        training::ExampleStore store(*world.db, world.blobs);
        training::prepare(*world.db, store, created.snapshot, std::nullopt, now);
        // As it was kept, too.
        training::prepare(*world.db, store, created.snapshot, std::nullopt, now);
        return store.load(store.split_items(created.snapshot.id, 0), {});
    };
    CHECK(loaded(R"([{"op":"upper"}])").pixel_count == 0);
    CHECK(loaded(R"([{"op":"flip"}])").pixel_count == 32 * 32);
    CHECK(loaded(R"([{"op":"resize","width":48,"height":40}])").pixel_count == 48 * 40);
}

TEST_CASE(
    "accepted fixes are read in the place of wrong values where a preparation asks for them",
    "[training][prepare]"
) {
    World world;
    auto created = world.create({.name = "a", .split = "0.6,0.2,0.2"});
    give_sizes(world, "SELECT rk, source_id, key, version, 1, ARRAY[7]::float8[] FROM record");
    world.db->call([&](base::Tx& tx) {
        tx.exec(
            "INSERT INTO cell_issue (rk, source_id, key, column_name, version, code, value, "
            "proposal, probability, reason, state, found_at) "
            "SELECT rk, source_id, key, 'size', version, 'typo', '7', '8', 1, '', CASE WHEN key "
            "LIKE 'k1-%' THEN 'accepted' ELSE 'open' "
            "END, now() FROM record"
        );
    });
    training::ExampleStore store(*world.db, world.blobs);
    auto sum = [&] {
        double all = 0;
        for (int split : {0, 1, 2})
            for (double value :
                 store.load(store.split_items(created.snapshot.id, split), {}).numeric)
                all += value;
        return all;
    };
    auto members = static_cast<double>(world.db.number("SELECT count(*) FROM snapshot_item"));
    auto accepted = static_cast<double>(
        world.db.number("SELECT count(*) FROM snapshot_item WHERE key LIKE 'k1-%'")
    );
    REQUIRE(accepted > 0);
    CHECK(sum() == 7 * members);
    store.use_fixes(training::Preparation::parse(R"([{"op":"accepted_fixes"}])").uses_fixes());
    CHECK(sum() == 7 * members + accepted);
}

TEST_CASE(
    "contents of many pages come each in its place, whatever columns they have",
    "[training]"
) {
    World world;
    world.db->call([&](base::Tx& tx) {
        const auto number = schema::Column::Type::number;
        schema::ensure_columns(tx, world.source, {{"n", number, ""}}, now);
        schema::ensure_columns(tx, world.source, {{"m", number, ""}, {"n", number, ""}}, now);
        tx.exec(
            "INSERT INTO content_numeric SELECT i, $1, 'r' || i, 1, 1 + (i > 9000)::int, CASE WHEN "
            "i > 9000 THEN ARRAY[-i, i] ELSE ARRAY[i] END::float8[] FROM generate_series(1, 17000) "
            "i",
            world.source
        );
        tx.exec(
            "INSERT INTO content_text (rk, source_id, key, version, title, body, characters, "
            "words, simhash) SELECT i, $1, 'r' || i, 1, '', 'text ' || i, 9, 2, 0 FROM "
            "generate_series(1, 17000) i",
            world.source
        );
    });
    std::vector<training::Item> items;
    for (int i = 1; i <= 17000; ++i)
        items.push_back({{i, world.source, "r" + std::to_string(i)}, 1, {}, {}, ""});
    const auto examples = training::ExampleStore(*world.db, world.blobs).load(items, {});
    REQUIRE(examples.columns.size() == 2);
    const std::size_t n = examples.columns[0].name == "n" ? 0 : 1;
    int wrong = 0;
    for (std::size_t row = 0; row < items.size(); ++row) {
        const auto i = static_cast<double>(row + 1);
        const auto* values = &examples.numeric[2 * row];
        const double other = values[1 - n];
        wrong += values[n] != i || (i > 9000 ? other != -i : !std::isnan(other));
        wrong += examples.text[row].body != "text " + std::to_string(row + 1);
    }
    CHECK(wrong == 0);
}

TEST_CASE("a run that a killed program left is closed when the next begins", "[training][run]") {
    World world;
    auto snapshot = world.create(named("s")).snapshot;
    auto begin = [&] {
        return world.db->call([&](base::Tx& tx) {
            return training::begin_run(tx, snapshot.id, "ridge", "{}", 1, "test", now);
        });
    };
    auto run = [&](std::int64_t id) {
        return world.db->call([&](base::Tx& tx) { return training::require_run(tx, id); });
    };
    auto left = begin();
    training::TrainSettings settings;
    settings.snapshot = "s";
    settings.threads = 1;
    std::int64_t seen = 0;
    auto outcome = training::train(
        *world.db,
        world.blobs,
        {},
        settings,
        "test",
        [&](const training::Progress&) {
            if (seen != 0) return;
            seen = begin();
            CHECK(run(left).state == "interrupted");
            CHECK(run(left).error == "the program ended before the run did");
            CHECK(world.db.number("SELECT count(*) FROM model_run WHERE state = 'running'") == 2);
        },
        {}
    );
    CHECK(seen != 0);
    CHECK(outcome.run.state == "done");
    begin();
    CHECK(run(seen).state == "interrupted");
    CHECK(run(outcome.run.id).state == "done");
}

TEST_CASE("pictures of one size are read as they are, others are brought to one", "[training]") {
    World world;
    constexpr int count = 700;  // more than are read at once
    auto picture = [](int number, int width) {
        schema::Draft made;
        made.key = "i" + std::to_string(number);
        made.payload = "{}";
        made.blob = std::string(static_cast<std::size_t>(2 * width), static_cast<char>(number));
        made.image = formats::Image{};
        made.image->format = "raw";
        made.image->width = width;
        made.image->height = 2;
        made.image->channels = 1;
        return made;
    };
    std::vector<schema::Draft> drafts;
    for (int i = 0; i < count; ++i) drafts.push_back(picture(i, 3));
    world.write(std::move(drafts));
    auto load = [&] {
        training::ExampleStore store(*world.db, world.blobs);
        std::vector<training::Item> items;
        for (auto& item : store.unlabeled_items(world.project, world.source, 1'000))
            if (item.id.key[0] == 'i') items.push_back(std::move(item));
        return std::pair(store.load(items, {}), std::move(items));
    };
    auto [examples, items] = load();
    REQUIRE(items.size() == count);
    REQUIRE(examples.pixel_count == 6);
    REQUIRE(examples.pixels.size() == 6 * count);
    bool right = true;
    for (std::size_t row = 0; row < items.size(); ++row) {
        auto number = static_cast<std::uint8_t>(std::stoi(items[row].id.key.substr(1)));
        for (std::size_t i = 0; i < 6; ++i) right = right && examples.pixels[row * 6 + i] == number;
    }
    CHECK(right);

    std::vector<schema::Draft> other;
    other.push_back(picture(count, 4));
    world.write(std::move(other));
    auto [mixed, all] = load();
    CHECK(mixed.rows == count + 1);
    REQUIRE(mixed.pixel_count == 32 * 32);
    REQUIRE(mixed.pixels.size() == 32 * 32 * mixed.rows);
    for (std::size_t row = 0; row < all.size(); ++row) {  // each was of one grey, but for rounding
        auto number = static_cast<std::uint8_t>(std::stoi(all[row].id.key.substr(1)));
        auto first = mixed.pixels.begin() + static_cast<std::ptrdiff_t>(row * 32 * 32);
        right = right && std::all_of(first, first + 32 * 32, [&](auto v) {
                    return std::abs(v - number) <= 1;
                });
    }
    CHECK(right);
}

TEST_CASE("encoded pictures are decoded, in grey or in colour", "[training]") {
    World world;
    std::vector<schema::Draft> drafts;
    for (int i = 0; i < 40; ++i) {
        const int side = 20 + i;
        std::string red;
        for (int pixel = 0; pixel < side * side; ++pixel)
            red += i % 2 == 0 ? std::string("\xff\0\0", 3) : std::string("\0\0\xff", 3);
        schema::Draft made;
        made.key = "i" + std::to_string(i);
        made.payload = "{}";
        made.blob = base::png({side, side, 3, red});
        made.image = std::get<formats::Image>(formats::examine_image(made.blob));
        drafts.push_back(std::move(made));
    }
    world.write(std::move(drafts));
    training::ExampleStore store(*world.db, world.blobs);
    std::vector<training::Item> items;
    for (auto& item : store.unlabeled_items(world.project, world.source, 1'000))
        if (item.id.key[0] == 'i') items.push_back(std::move(item));
    REQUIRE(items.size() == 40);
    auto colours = store.load(items, {});
    REQUIRE(colours.pixel_count == 32 * 32 * 3);
    store.choose_pictures({8, 8, 1});
    auto greys = store.load(items, {});
    REQUIRE(greys.pixel_count == 64);
    for (std::size_t row = 0; row < items.size(); ++row) {
        const bool red = std::stoi(items[row].id.key.substr(1)) % 2 == 0;
        const auto* pixel = colours.pixels.data() + row * 32 * 32 * 3;
        CHECK(pixel[0] == (red ? 255 : 0));
        CHECK(pixel[2] == (red ? 0 : 255));
        CHECK(greys.pixels[row * 64] > 0);
        CHECK(greys.pixels[row * 64] < 255);
    }
}
