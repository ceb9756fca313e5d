#include "schema/rows/row_maker.hpp"

#include <limits>
#include <map>

#include <catch2/catch.hpp>

using formats::CellType;
using formats::DataCell;

namespace {

schema::StoredRow row_of(const std::string& key, const std::string& payload) {
    schema::StoredRow row;
    row.id = {1, key, 1};
    row.payload = payload;
    row.content_sha256 = "00";
    return row;
}

// All rows, made; the cells by the names of their columns, as text, "-" for a missing one.
struct Made {
    std::map<std::string, CellType> types;
    std::vector<std::map<std::string, std::string>> rows;
};

Made made_of(
    const std::vector<schema::StoredRow>& rows,
    const schema::NumberColumns& numbers = {}
) {
    schema::RowMaker maker("s", {});
    for (const auto& row : rows) maker.look(row, numbers, {});
    Made made;
    const auto columns = maker.finish();
    for (const auto& column : columns) {
        CHECK_FALSE(made.types.contains(column.name));
        made.types[column.name] = column.type;
    }
    for (const auto& row : rows) {
        auto cells = maker.make(row, numbers, {}, std::nullopt);
        auto& texts = made.rows.emplace_back();
        for (std::size_t i = 0; i < cells.size(); ++i)
            texts[columns[i].name] =
                formats::is_missing(cells[i]) ? "-" : formats::text_of(cells[i]);
    }
    return made;
}

}  // namespace

TEST_CASE("sounds and documents say what they are, beside fields of such names", "[schema][rows]") {
    auto sound = row_of("a", R"({"pages":"many"})"), document = row_of("b", "{}");
    sound.media = "audio/wav";
    sound.seconds = 1.5;
    document.media = "application/pdf";
    document.pages = 3;
    auto made = made_of({sound, document, row_of("c", "{}")});
    CHECK(made.rows[0].at("media_type") == "audio/wav");
    CHECK(made.rows[0].at("seconds") == "1.5");
    CHECK(made.rows[0].at("field_pages") == "many");
    CHECK(made.rows[1].at("pages") == "3");
    CHECK(made.rows[2].at("media_type") == "-");
    CHECK_FALSE(made_of({row_of("c", "{}")}).types.contains("media_type"));
}

TEST_CASE("a field has the type of all its values", "[schema][rows]") {
    auto made = made_of(
        {row_of(
             "a",
             R"({"i":9007199254740993,"n":1,"t":"","f":true,"j":{"a":[1.50]},"m":1,"big":12345678901234567890,"o":null})"
         ),
         row_of("b", R"({"i":-1,"n":0.1,"t":"x","f":false,"j":[],"m":"1","big":1,"o":null})"),
         row_of("c", R"({"t":null})")}
    );
    CHECK(made.types.at("i") == CellType::integer);
    CHECK(made.types.at("n") == CellType::number);
    CHECK(made.types.at("t") == CellType::text);
    CHECK(made.types.at("f") == CellType::flag);
    CHECK(made.types.at("j") == CellType::json);
    CHECK(made.types.at("m") == CellType::json);
    CHECK(made.types.at("big") == CellType::json);
    CHECK(made.types.at("o") == CellType::text);
    CHECK(made.rows[0].at("i") == "9007199254740993");
    CHECK(made.rows[0].at("big") == "12345678901234567890");
    CHECK(made.rows[0].at("j") == R"({"a":[1.50]})");
    CHECK(made.rows[0].at("t").empty());
    CHECK(made.rows[1].at("m") == "1");
    CHECK(made.rows[2].at("t") == "-");
    CHECK(made.rows[2].at("i") == "-");
}

TEST_CASE("a column of numbers is the field that it repeats", "[schema][rows]") {
    schema::NumberColumns numbers;
    numbers.sets[1] = {
        {"price", schema::ColumnType::number, "EUR"},
        {"tags", schema::ColumnType::number, ""},
        {"version", schema::ColumnType::number, ""},
        {"kind", schema::ColumnType::category, ""}};
    numbers.values["kind"] = {"x", "y"};
    auto a = row_of("a", R"({"price":"12.5","tags":"p,q","kind":"y","version":"3"})");
    a.column_set = 1;
    a.numbers = {12.5, 2, 3, 1};
    auto b = row_of("b", R"({"price":"","tags":"p","kind":"x","version":"4"})");
    b.column_set = 1;
    b.numbers = {std::numeric_limits<double>::quiet_NaN(), 1, 4, 0};
    auto made = made_of({a, b}, numbers);
    CHECK(made.types.at("price") == CellType::number);
    CHECK_FALSE(made.types.contains("field_price"));
    CHECK(made.rows[1].at("price") == "-");
    CHECK(made.rows[0].at("tags") == "2");          // how many they are
    CHECK(made.rows[0].at("field_tags") == "p,q");  // what they are
    CHECK(made.rows[0].at("kind") == "y");
    CHECK_FALSE(made.types.contains("field_kind"));
    CHECK(made.rows[0].at("version") == "1");  // ours
    CHECK(made.rows[0].at("column_version") == "3");
    CHECK_FALSE(made.types.contains("field_version"));

    // A value that is no number is not lost, nor one of a record without numbers.
    auto c = row_of("c", R"({"price":"dear"})");
    CHECK(made_of({a, c}, numbers).rows[1].at("field_price") == "dear");
}

TEST_CASE("a field of the name of a column of ours is kept beside it", "[schema][rows]") {
    auto a = row_of(
        "a",
        R"({"key":"a","body":"b","url":"http://other.example/","field_url":"v","source":"other"})"
    );
    a.url = "http://a.example/";
    auto made = made_of({a});
    CHECK(made.types.contains("key"));
    CHECK_FALSE(made.types.contains("field_key"));
    CHECK(made.rows[0].at("body") == "b");  // the record has no text of its own
    CHECK(made.rows[0].at("field_url") == "v");
    CHECK(made.rows[0].at("url") == "http://a.example/");
    CHECK(made.rows[0].at("field_source") == "other");
    CHECK(made.rows[0].at("field_url_") == "http://other.example/");
    CHECK(made.types.size() == 15);
}
