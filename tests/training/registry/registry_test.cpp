// What a run is made of, and that the same makes the same.
#include "training/registry/run_key.hpp"

#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "tests/training/made_data.hpp"
#include "training/registry/run_label_store.hpp"
#include "training/trainer.hpp"

using namespace training;

namespace {

TrainSettings asked_for(const std::string& model) {
    TrainSettings settings;
    settings.snapshot = "s";
    settings.model = model;
    return settings;
}

std::string key_of(const TrainSettings& settings, int preparation = 0) {
    return run_key("hash", settings, preparation, {"a", "b"}, "rules", "1.0");
}

}  // namespace

TEST_CASE("the key of a run is that of what decides its outcome", "[training][registry]") {
    const auto plain = asked_for("softmax");
    const auto key = key_of(plain);
    CHECK(key.size() == 32);
    auto same = plain;
    same.name = "other";
    same.threads = 5;
    same.again = true;
    same.note = "n";
    same.tag = {{"a", "b"}};
    CHECK(key_of(same) == key);

    auto seed = plain;
    seed.seed = 2;
    auto tuned = plain;
    tuned.tune = "random:3";
    auto given = plain;
    given.params["l2"] = 1e-5;
    auto features = plain;
    features.features.text.bits = 12;
    auto allowed = plain;
    allowed.allow_leak = "it is none";
    for (const auto& other : {seed, tuned, given, features, allowed, asked_for("ridge")})
        CHECK(key_of(other) != key);
    CHECK(key_of(plain, 1) != key);
    CHECK(run_key("hash 2", plain, 0, {"a", "b"}, "rules", "1.0") != key);
    CHECK(run_key("hash", plain, 0, {"a", "c"}, "rules", "1.0") != key);
    CHECK(run_key("hash", plain, 0, {"a", "b"}, "rules 2", "1.0") != key);
    CHECK(run_key("hash", plain, 0, {"a", "b"}, "rules", "1.1") != key);

    CHECK(repeatable(tuned));
    tuned.budget = 1;
    CHECK_FALSE(repeatable(tuned));
}

TEST_CASE("what a run is told is kept with it", "[training][registry]") {
    auto settings = asked_for("ridge");
    settings.params["l2"] = 3;
    settings.features.columns.exclude = {"age"};
    const auto spec = run_spec(settings, 4);
    for (const char* part :
         {R"("model":"ridge")", R"("preparation":4)", R"("l2":3)", R"("exclude":["age"])"})
        CHECK_THAT(spec, Catch::Contains(part));
}

// Every kind that is registered, on rows that it takes.
TEST_CASE(
    "the artefact of every kind is the same to the bit at one, two and five threads",
    "[training][registry]"
) {
    for (const auto& name : model_kinds()) {
        const auto& kind = model_kind(name);
        // See tagging/ and answers/.
        if (kind.learns == Learns::spans || kind.learns == Learns::order) continue;
        // Nothing below 0 for factors and counts.
        const auto texts = kind.takes == Takes::texts || kind.counts || name == "nmf";
        const auto values = kind.learns == Learns::values;
        const auto pictures = kind.takes == Takes::pictures;
        const auto train = values     ? made::plane(700, 3)
                           : pictures ? made::pictures(150, 3)
                           : texts    ? made::topics(700, 3)
                                      : made::clouds(700, 3);
        const auto held_out = values     ? made::plane(150, 4)
                              : pictures ? made::pictures(50, 4)
                              : texts    ? made::topics(150, 4)
                                         : made::clouds(150, 4);
        TrainSpec spec;
        spec.model = name;
        spec.features.text.bits = 10;
        if (name == "nmf") spec.features.text.method = TextMethod::vocabulary;
        std::string first;
        for (std::size_t threads : {1U, 2U, 5U}) {
            INFO(name << " with " << threads << " threads");
            spec.threads = threads;
            const auto artefact = fit(train, held_out, spec).artefact;
            if (first.empty()) first = artefact;
            CHECK(artefact == first);
        }
    }
}

TEST_CASE("names, notes and tags that are none are refused in one line", "[training][registry]") {
    CHECK_NOTHROW(check(RunEdit{.name = "a b", .note = "n", .tags = {{"team/x", "y z"}}}));
    CHECK_THROWS_WITH(
        check(RunEdit{.tags = {{"a b", "c"}}}),
        "tag 'a b': its name is none; use letters, digits and . _ - /"
    );
    CHECK_THROWS_WITH(
        check(RunEdit{.name = std::string(201, 'x')}), "'name': longer than 200 bytes; shorten it"
    );
    CHECK_THROWS_AS(check(RunEdit{.note = std::string(10'001, 'x')}), base::UsageError);
}
