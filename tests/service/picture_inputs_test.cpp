// Pictures that somebody sends to a model that looks at pictures.
#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "base/bytes/base64.hpp"
#include "base/bytes/png.hpp"
#include "base/error.hpp"
#include "service/models/inputs.hpp"

namespace {

namespace json = boost::json;

training::InputSignature signature() {
    training::Examples train;
    train.rows = 1;
    train.pixels = {0, 0, 0, 0};
    train.pixel_count = 4;
    train.pixel_width = 2;
    train.pixel_channels = 1;
    return training::InputSignature::of(train, false, false, true);
}

std::string picture() {
    return base::base64(base::png(
        {.width = 2, .height = 2, .channels = 1, .bytes = std::string("\x10\x20\x30\x40")}
    ));
}

}  // namespace

TEST_CASE("a picture in Base64 becomes the pixels of its row", "[service][predict]") {
    auto model = signature();
    auto given = service::rows_of(
        {json::object{{"other", 1}, {"image", picture()}},
         json::object{{"image", "data:image/png;base64," + picture()}}},
        model,
        false
    );
    const std::vector<std::uint8_t> wanted{0x10, 0x20, 0x30, 0x40, 0x10, 0x20, 0x30, 0x40};
    CHECK(given.examples.pixels == wanted);
    CHECK(given.notes[0].unknown == std::vector<std::string>{"other"});
    CHECK(model.align(given.examples).pixels == wanted);
}

TEST_CASE("what is no picture is refused in one line", "[service][predict]") {
    auto model = signature();
    auto ask = [&](const json::value& image) {
        return service::rows_of({json::object{{"image", image}}}, model, false);
    };
    CHECK_THROWS_WITH(ask("!!"), Catch::Contains("input 1") && Catch::Contains("no Base64"));
    CHECK_THROWS_WITH(
        ask(json::value(base::base64("no picture"))), Catch::Contains("cannot be read")
    );
    CHECK_THROWS_WITH(ask(7), Catch::Contains("no picture"));
    CHECK_THROWS_WITH(ask(nullptr), Catch::Contains("known: image"));
}
