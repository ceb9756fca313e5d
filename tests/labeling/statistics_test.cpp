#include "labeling/statistics.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <sstream>

#include <unistd.h>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "formats/table/table.hpp"
#include "labeling/answers.hpp"
#include "labeling/export/label_files.hpp"

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
    labeling::write_agreement({ratings.path(), labeling::Metric::percent}, out, out);
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
    auto csv = formats::Table::of(
        "t",
        "\xEF\xBB\xBF"
        "a,b\r\n\r\n\"x\r\ny\",\"\"\"\"\r\n,last",
        {"b", "a"}
    );
    REQUIRE(csv.next());
    CHECK(csv.raw(1) == "x\r\ny");
    CHECK(csv.raw(0) == "\"");
    REQUIRE(csv.next());
    CHECK_THROWS_WITH(csv.fail("wrong"), Contains("t: line 5: wrong"));
    CHECK(csv.raw(1).empty());
    CHECK(csv.raw(0) == "last");
    CHECK_FALSE(csv.next());
}

TEST_CASE("a table is read however it is written", "[labeling][statistics]") {
    const std::string plain = "question,worker,answer\nq1,ann,caf\xc3\xa9\nq1,bob,dog\n";
    auto expected = labeling::read_answers("t", plain);
    std::string wide;
    for (char16_t c : std::u16string(u"question;worker;answer\nq1;ann;caf\u00e9\nq1;bob;dog\n")) {
        wide += static_cast<char>(c & 0xff);
        wide += static_cast<char>(c >> 8);
    }
    const std::string texts[] = {
        "\xEF\xBB\xBF" + plain,
        "Question, Worker , ANSWER\nq1, ann,cafe\xcc\x81 \nq1,bob , dog\n",
        "question\tworker\tanswer\rq1\tann\tcaf\xc3\xa9\rq1\tbob\tdog",
        "worker|answer|x|question\nann|caf\xc3\xa9||q1\nbob|dog||q1\n",
        "\xff\xfe" + wide,
        "{\"question\":\"q1\",\"worker\":\"ann\",\"answer\":\"caf\\u00e9\"}\n"
        "{\"question\":\"q1\",\"worker\":\"bob\",\"answer\":\"dog\"}\n",
        " [{\"question\":\"q1\",\"worker\":\"ann\",\"answer\":\"caf\xc3\xa9\"},\n"
        "{\"worker\":\"bob\",\"question\":\"q1\",\"answer\":\"dog\"}]\n",
    };
    for (const auto& text : texts) {
        INFO(text);
        auto judgements = labeling::read_answers("t", text);
        CHECK(judgements.questions == expected.questions);
        CHECK(judgements.workers == expected.workers);
        CHECK(judgements.answers == expected.answers);
        CHECK(judgements.rows == expected.rows);
    }
    // Bytes of Latin-1 alone, enough of them to be told.
    std::string latin = "question,worker,answer\n";
    for (int i = 0; i < 30; ++i)
        latin += "q" + std::to_string(i) + ",ann,le caf\xe9 est tr\xe8s bon\n";
    CHECK(labeling::read_answers("t", latin).answers[0] == "le caf\xc3\xa9 est tr\xc3\xa8s bon");
    CHECK_THAT(failure("[{\"question\":1,\n\"worker\":2"), Contains("line 1: is not JSON"));
    CHECK_THAT(failure("[{\"question\":[1]}]"), Contains("neither a text nor a number"));
    CHECK_THAT(failure("[{}] x"), Contains("text after the array") || Contains("is empty"));
}

TEST_CASE("rows without an answer are left out and told of", "[labeling][statistics]") {
    File answers(
        "question,worker,answer\nq1,a,cat\nq1,b,NA\nq1,c,\nq2,a,nan\nq2,b,dog\nq2,c,Dog\nq2,d,dog "
        "\n"
    );
    labeling::ReadNotes read;
    auto judgements = labeling::load_answers(answers.path(), read);
    CHECK(judgements.answers == std::vector<std::string>{"Dog", "cat", "dog"});
    CHECK(judgements.rows.size() == 4);
    CHECK(read.missing == 3);
    REQUIRE(read.lines.size() == 2);
    CHECK_THAT(read.lines[0], Contains("3 rows without answer"));
    CHECK_THAT(read.lines[1], Contains("'Dog' and 'dog' differ by case only"));

    std::ostringstream out, notes;
    labeling::write_truth({answers.path(), {}, Method::mv}, out, notes);
    CHECK(out.str() == "question,truth,probability\nq1,cat,1\nq2,dog,0.666667\n");
    CHECK_THAT(notes.str(), Contains("3 rows") && Contains("case only"));
    std::ostringstream chosen, object;
    labeling::write_truth({answers.path(), {}, Method::automatic}, chosen, object);
    CHECK(boost::json::parse(object.str()).at("notes").as_array().size() == 2);

    File ratings("unit,rater,rating\nu1,a,1\nu1,b,1\nu1,c,NA\nu2,a,2\nu2,b,1\nu2,c,\n");
    std::ostringstream agreed;
    labeling::write_agreement({ratings.path(), labeling::Metric::percent}, agreed, notes);
    CHECK_THAT(agreed.str(), Contains("\"value\":0.5") && Contains("\"missing\":2"));
}

TEST_CASE("reading stops when it is asked to", "[labeling][statistics]") {
    File answers("question,worker,answer\nq1,a,cat\n");
    std::stop_source stop;
    stop.request_stop();
    labeling::ReadNotes read;
    CHECK_THROWS_AS(
        labeling::load_answers(answers.path(), read, stop.get_token()), base::Interrupted
    );
}

TEST_CASE("agreement takes an order and is told by parts", "[labeling][statistics]") {
    File ratings(
        "unit,rater,rating,time\n1,a,low,2026-01-03\n1,b,low,2026-01-04\n2,a,high,2026-01-05\n2,b,"
        "medium,2026-01-05\n3,a,medium,2026-02-01T10:00:00Z\n3,b,medium,2026-02-02\n4,a,high,2026-"
        "02-"
        "03\n4,b,high,2026-02-03\n"
    );
    labeling::AgreementRequest request{
        .ratings = ratings.path(), .metric = labeling::Metric::krippendorff_ordinal};
    std::ostringstream out, notes;
    CHECK_THROWS_WITH(labeling::write_agreement(request, out, notes), Contains("--order"));
    CHECK(out.str().empty());
    request.order = {"low", " medium", "high"};
    request.by = "month";
    labeling::write_agreement(request, out, notes);
    std::istringstream lines(out.str());
    std::string whole, january, february;
    std::getline(lines, whole);
    std::getline(lines, january);
    std::getline(lines, february);
    CHECK(boost::json::parse(whole).at("units") == 4);
    CHECK(boost::json::parse(january).at("part") == "2026-01");
    CHECK(boost::json::parse(february).at("value") == 1);
    request.by = "yesterday";
    CHECK_THROWS_AS(labeling::write_agreement(request, out, notes), base::UsageError);
}

TEST_CASE("comparisons become a ranking", "[labeling][statistics]") {
    File comparisons(
        "left,right,worker,label\na,b,w1,a\nb,c,w1,b\na,c,w2,a\nc,b,w2,b\nb,a,w2,a\na,b,w3,\n"
    );
    for (auto method : {labeling::Ranking::bradley_terry, labeling::Ranking::noisy_bradley_terry}) {
        std::ostringstream out, notes;
        labeling::write_ranking(comparisons.path(), method, out, notes);
        CHECK_THAT(out.str(), Catch::StartsWith("item,score\na,"));
        CHECK_THAT(out.str(), Contains("\nb,") && Contains("\nc,"));
        CHECK(out.str().find("\nb,") < out.str().find("\nc,"));
        CHECK_THAT(notes.str(), Contains("1 without label"));
    }
    File wrong("left,right,worker,label\na,b,w1,c\n");
    std::ostringstream out, notes;
    CHECK_THROWS_WITH(
        labeling::write_ranking(wrong.path(), labeling::Ranking::bradley_terry, out, notes),
        Contains("line 2") && Contains("neither 'a' nor 'b'")
    );
}

TEST_CASE("labels are read from tables and from tasks of Label Studio", "[labeling][statistics]") {
    labeling::Question question;
    question.classes = {{.id = 0, .name = "red"}, {.id = 1, .name = "blue"}};
    auto read = [&](const File& file) {
        std::vector<labeling::GivenLabel> labels;
        labeling::labels_in(file.path(), question)([&](labeling::GivenLabel&& label) {
            labels.push_back(std::move(label));
        });
        return labels;
    };
    auto labels = read(File("\xEF\xBB\xBFkey; label;probability\n1;red;\n2; blue ;0.5\n3;;\n"));
    REQUIRE(labels.size() == 3);
    CHECK(labels[1].key == "2");
    CHECK(labels[1].label == "blue");
    CHECK(labels[0].probability == 1);
    CHECK(labels[1].probability == 0.5);
    CHECK(labels[2].label.empty());

    labels =
        read(File("[\n{\"id\":1,\"data\":{\"key\":\"a\",\"text\":\"x\"},\"annotations\":["
                  "{\"was_cancelled\":true,\"result\":[]},"
                  "{\"result\":[{\"type\":\"choices\",\"value\":{\"choices\":[\"red\"]}}]}],"
                  "\"meta\":{\"probability\":0.75}},\n"
                  "{\"id\":2,\"data\":{\"key\":\"b\"},\"annotations\":[]}\n]\n"));
    REQUIRE(labels.size() == 2);
    CHECK(labels[0].key == "a");
    CHECK((labels[0].label == "red" || labels[0].answer.text == "\"red\""));
    CHECK(labels[0].probability == 0.75);
    CHECK((labels[1].label.empty() && labels[1].answer.text.empty()));
}
