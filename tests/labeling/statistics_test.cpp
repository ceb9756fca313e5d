#include "labeling/statistics.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <sstream>

#include <unistd.h>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "labeling/export/csv.hpp"

using Catch::Contains;
using labeling::Method;

namespace {

// A file with this text that is gone when the test ends.
class File {
public:
    explicit File(const std::string& text)
        : path_((std::filesystem::temp_directory_path() /
                 ("tilth-test-" + std::to_string(getpid()) + "-" + std::to_string(++count) + ".csv")
          )
                    .string()) {
        std::ofstream(path_, std::ios::binary) << text;
    }
    ~File() { std::filesystem::remove(path_); }
    File(const File&) = delete;
    const std::string& path() const { return path_; }

private:
    static inline int count = 0;
    std::string path_;
};

std::string failure(const std::string& answers, const std::optional<std::string>& truth = {}) {
    try {
        auto judgements = labeling::read_answers("answers.csv", answers);
        if (truth) labeling::read_gold("truth.csv", *truth);
    } catch (const base::Error& error) {
        return error.what();
    }
    return "no error";
}

}  // namespace

TEST_CASE("truth is written as question, truth, probability", "[labeling][statistics]") {
    File answers(
        "question,worker,answer\r\n\"q,1\",a,cat\r\n\"q,1\",b,cat\r\n\"q,1\",c,dog\r\nq2,a,\"a "
        "\"\"dog\"\"\"\r\nq2,a,dog\r\n"
    );
    File gold("question,truth\n\"q,1\",cat\nq2,cat\nnobody,cat\n");
    std::ostringstream out, notes;
    labeling::write_truth({answers.path(), gold.path(), Method::mv}, out, notes);
    CHECK(out.str() == "question,truth,probability\n\"q,1\",cat,0.666667\nq2,dog,1\n");
    auto note = boost::json::parse(notes.str()).as_object();
    CHECK(note.at("accuracy").to_number<double>() == 0.5);
    CHECK(note.at("judged").to_number<int>() == 2);
    CHECK(note.at("method").as_string() == "mv");
}

TEST_CASE("numbers come with mean absolute and root mean squared error", "[labeling][statistics]") {
    File answers("worker,question,answer,when\na,q1,1,x\nb,q1,2,x\na,q2,5,x\n");
    File gold("question,truth\nq1,1.5\nq2,9\n");
    std::ostringstream out, notes;
    labeling::write_truth({answers.path(), gold.path(), Method::mean}, out, notes);
    CHECK(out.str() == "question,truth,probability\nq1,1.5,\nq2,5,\n");
    auto note = boost::json::parse(notes.str()).as_object();
    CHECK(note.at("mae").to_number<double>() == 2);
    CHECK(note.at("rmse").to_number<double>() == Approx(std::sqrt(8.0)));
}

TEST_CASE("agreement is one JSON object", "[labeling][statistics]") {
    File ratings("unit,rater,rating\n1,a,x\n1,b,x\n2,a,y\n2,b,x\n3,a,y\n3,b,y\n");
    std::ostringstream out;
    labeling::write_agreement(ratings.path(), labeling::Metric::percent, out);
    auto object = boost::json::parse(out.str()).as_object();
    CHECK(object.at("value").to_number<double>() == Approx(2.0 / 3));
    CHECK(object.at("units").to_number<int>() == 3);
    CHECK(object.at("raters").to_number<int>() == 2);
    CHECK(object.at("ci_low").to_number<double>() < object.at("ci_high").to_number<double>());
    CHECK(out.str().back() == '\n');
}

TEST_CASE("bad input is one line with the place", "[labeling][statistics]") {
    CHECK_THAT(failure(""), Contains("answers.csv: empty file"));
    CHECK_THAT(
        failure("question,worker\n1,a\n"), Contains("line 1") && Contains("no column 'answer'")
    );
    CHECK_THAT(failure("question,worker,answer\n"), Contains("no row after the header"));
    CHECK_THAT(
        failure("question,worker,answer\nq,w,a\nq,w\n"),
        Contains("line 3: 2 fields where the header has 3")
    );
    CHECK_THAT(
        failure("question,worker,answer\nq,w,\n"),
        Contains("line 2") && Contains("'answer' is empty")
    );
    CHECK_THAT(
        failure("question,worker,answer\n\"two\nlines\",w,a\nq,\"w,a\n"),
        Contains("line 4") && Contains("quote")
    );
    CHECK_THAT(
        failure("question,worker,answer\n\"q\"x,w,a\n"),
        Contains("line 2: text after a closing quote")
    );
    CHECK_THAT(
        failure("question,worker,answer\n\"q\"x\",w,a\n"),
        Contains("line 2: text after a closing quote")
    );
    CHECK_THAT(
        failure("question,worker,answer\nq,w,a\n", "question,truth\nq,a\nq,b\n"),
        Contains("truth.csv: line 3") && Contains("two truths")
    );
    std::ostringstream out, notes;
    CHECK_THROWS_WITH(
        labeling::write_truth({"/no/such/file", {}, Method::mv}, out, notes),
        Contains("/no/such/file: cannot be opened")
    );
    CHECK(out.str().empty());
}

TEST_CASE(
    "CSV with a byte order mark, CRLF, blank lines and quotes is read",
    "[labeling][statistics]"
) {
    labeling::detail::CsvReader csv(
        "t",
        "\xEF\xBB\xBF"
        "a,b\r\n\r\n\"x\r\ny\",\"\"\"\"\r\n,last"
    );
    std::vector<std::string> row;
    CHECK(csv.header({"b", "a"}) == std::vector<std::size_t>{1, 0});
    REQUIRE(csv.next(row));
    CHECK(row == std::vector<std::string>{"x\r\ny", "\""});
    REQUIRE(csv.next(row));
    CHECK(csv.line() == 5);
    CHECK(row == std::vector<std::string>{"", "last"});
    CHECK_FALSE(csv.next(row));
}
