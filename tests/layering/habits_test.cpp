// Habits that the house has given up. What was there before the rule is counted by module; lower a
// number when one goes, and never raise it.
#include <catch2/catch.hpp>

#include "base/text/pattern.hpp"
#include "tests/layering/left.hpp"

using namespace layering;

namespace {

Places lines_with(const char* regex, const char* but = nullptr) {
    auto pattern = base::Pattern::parse(regex);
    auto without = but ? std::optional{base::Pattern::parse(but)} : std::nullopt;
    Places found;
    for (const auto& file : sources())
        for (std::size_t line = 0; line < file.lines.size(); ++line)
            if (pattern.found_in(file.lines[line]) &&
                !(without && without->found_in(file.lines[line])))
                found[file.module()].push_back(file.place(line));
    return found;
}

}  // namespace

// An enum with words (base/words.hpp) knows all its values; a text is misspelt in silence.
TEST_CASE("kinds and states are no texts to compare with", "[layering]") {
    hold(
        lines_with(R"(\b(kind|state|format|method|role|stage)(\(\))? (==|!=) ")"),
        {
            {"base", 6},  // SQLSTATE, whose values are PostgreSQL's
            {"formats", 2},
            {"crawler", 1},
            {"ingest", 8},
            {"quality", 7},
            {"training", 12},
            {"service", 4},
            {"worker", 1},
            {"api", 1},
            {"app", 3},
        }
    );
}

// base/database/rows.hpp reads columns by their names; a number is wrong as soon as a query
// changes.
TEST_CASE("columns are read by name", "[layering]") {
    hold(
        lines_with(R"(\brows?\[\d+\])"),
        {
            {"base", 4},  // rows that are no database's
            {"formats", 1},
            {"schema", 29},  // of batches and scans, which say why
            {"ingest", 5},
            {"training", 99},
            {"api", 11},
            {"app", 3},
        }
    );
}

// What is below a module's face has a name of its own.
TEST_CASE("no namespace is called detail", "[layering]") {
    hold(lines_with(R"(^namespace [a-z:]*\bdetail\b)"), {{"labeling", 2}});
}

// Bytes that are cast to something wider can lie where that may not: the sanitizers' build does not
// ask it of every pointer.
TEST_CASE("bytes are cast to bytes", "[layering]") {
    hold(
        lines_with(
            "reinterpret_cast<",
            R"(reinterpret_cast<(const )?(unsigned char|char|(std::)?uint8_t|xmlChar|Bytef|SQLCHAR)\*)"
        ),
        {
            {"base", 1},      // a number of iconv's
            {"formats", 4},   // vectors in aligned arrays, a node of libxml2
            {"crawler", 5},   // addresses of sockets, what curl hands back
            {"ingest", 4},    // numbers as ODBC wants them
            {"training", 5},  // vectors, whose type says how they lie, numbers that hnswlib takes
        }
    );
}
