#include "service/quality/labelled.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>

#include "base/error.hpp"

namespace {

// A file of its own for one test.
class File {
public:
    explicit File(const std::string& content)
        : path_(
              std::filesystem::temp_directory_path() /
              ("labelled-" + std::to_string(getpid()) + ".csv")
          ) {
        std::ofstream(path_) << content;
    }
    ~File() { std::filesystem::remove(path_); }
    std::vector<service::LabelledRow> read() const {
        return service::read_labelled(path_.string());
    }

private:
    std::filesystem::path path_;
};

quality::Table table() {
    return {
        {"id", "town"},
        {{"a1", "a2", "a3"}, {"Rom", "Bern", "Oslo"}},
        {{1, "a1", 1, 2}, {2, "a2", 1, 3}, {3, "a3", 1, 4}}};
}

}  // namespace

TEST_CASE(
    "labelled rows are found by key, by line and by the source's own key field",
    "[quality]"
) {
    for (const auto* content :
         {"key,town\na2,Bern\na3,Rome\n",
          "line,town\n3,Bern\n4,Rome\n",
          "id,town\na2,Bern\na3,Rome\n"}) {
        CAPTURE(content);
        auto cells = service::cells_of(File(content).read(), table());
        std::vector<std::string> towns;
        for (const auto& cell : cells)
            if (cell.column == 1) towns.push_back(std::to_string(cell.row) + cell.right);
        CHECK(towns == std::vector<std::string>{"1Bern", "2Rome"});
    }
    CHECK(service::cells_of({}, table()).empty());
}

TEST_CASE("a labelled file that does not fit its source is told of", "[quality]") {
    using Catch::Contains;
    auto cells = [](const char* content) {
        return service::cells_of(File(content).read(), table());
    };
    CHECK_THROWS_WITH(cells("key,town\nb9,Bern\n"), Contains("no record has the key 'b9'"));
    CHECK_THROWS_WITH(cells("key,twon\na1,Bern\n"), Contains("no field 'twon'"));
    CHECK_THROWS_WITH(cells("name,town\nx,Bern\n"), Contains("no column names the records"));
    CHECK_THROWS_WITH(cells("line,town\n77,Bern\n"), Contains("line 77"));
    CHECK_THROWS_AS(cells("key,town\n"), base::Error);
}
