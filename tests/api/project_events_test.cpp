// What happens in a project, streamed to those who watch, and told afterwards on its dashboard.
#include <catch2/catch.hpp>

#include <chrono>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/json/parse.hpp>

#include "tests/api/support/stage.hpp"

using namespace std::chrono_literals;
using boost::json::object;
using Catch::Contains;
using Catch::StartsWith;

namespace asio = boost::asio;

namespace {

const std::string topics = "/api/v1/projects/topics";

// An open stream of events.
class Watch {
public:
    Watch(
        std::uint16_t port,
        const std::string& token,
        const std::string& project,
        const std::string& last_id = {}
    )
        : socket_(context_) {
        socket_.connect({asio::ip::address_v4::loopback(), port});
        auto request = "GET /api/v1/projects/" + project + "/events HTTP/1.1\r\nHost: a\r\n" +
                       "Authorization: Bearer " + token + "\r\n";
        if (!last_id.empty()) request += "Last-Event-ID: " + last_id + "\r\n";
        asio::write(socket_, asio::buffer(request + "\r\n"));
    }

    // All that came, once `wanted` is in it; what came to the end of the stream, or within 20
    // seconds, otherwise.
    const std::string& until(const std::string& wanted) {
        auto end = std::chrono::steady_clock::now() + 20s;
        std::string part(4'096, ' ');
        bool over = false;
        while (!over && text_.find(wanted) == text_.npos && std::chrono::steady_clock::now() < end
        ) {
            std::size_t got = 0;
            socket_.async_read_some(asio::buffer(part), [&](auto error, std::size_t n) {
                got = n;
                over = error && error != asio::error::operation_aborted;
            });
            context_.restart();
            context_.run_for(1s);
            if (!context_.stopped()) {
                socket_.cancel();
                context_.run();
            }
            text_.append(part, 0, got);
        }
        return text_;
    }
    // The id of the last event of this kind.
    std::string id_of(const std::string& kind) const {
        auto at = text_.rfind("\nevent: " + kind + "\n");
        auto number = text_.rfind("id: ", at) + 4;  // stands before it
        return text_.substr(number, at - number);
    }

private:
    asio::io_context context_;
    asio::ip::tcp::socket socket_;
    std::string text_;
};

// Takes a task of the project and answers it. Returns its number.
std::int64_t answer_one(const test::Client& who, const std::string& class_name) {
    auto claimed = who.send("POST", topics + "/claim", {{"n", 1}});
    auto task = claimed.json().at("tasks").as_array().at(0);
    auto number = task.at("id").as_int64();
    auto reply = who.send(
        "POST",
        "/api/v1/tasks/" + std::to_string(number) + "/submit",
        {{"lease", task.at("lease")}, {"class", class_name}, {"milliseconds", 2'500}}
    );
    REQUIRE(reply.status == 200);
    return number;
}

std::string a_class(const test::Client& who) {
    return std::string(who.get(topics).json().at("classes").as_array()[0].at("name").as_string());
}

}  // namespace

TEST_CASE("answers are streamed as they come, and again after the last one seen", "[api][events]") {
    test::Stage at({}, 6);
    auto ann = at.bearer("ann", "analyst");
    auto lena = at.bearer("lena", "labeler"), mia = at.bearer("mia", "labeler");
    Watch all(at.server->port(), ann.bearer, "topics");
    CHECK_THAT(all.until("event: progress"), Contains("Content-Type: text/event-stream"));
    Watch own(at.server->port(), mia.bearer, "topics");
    own.until("event: progress");
    auto name = a_class(ann);
    auto task = std::to_string(answer_one(lena, name));
    auto seen = all.until("\"user\":\"lena\"");
    CHECK_THAT(seen, Contains("\"task\":" + task + ",") && Contains("\"user\":\"lena\""));

    // A labeler is told of his own work only.
    auto own_task = std::to_string(answer_one(mia, name));
    CHECK_THAT(
        own.until("event: answer"), Contains("\"user\":\"mia\"") && !Contains("\"user\":\"lena\"")
    );
    CHECK_THAT(own.until("event: answer"), !Contains("event: truth"));

    // Through another process of the service, from where one left off.
    test::Running other(*at.database);
    Watch again(other.port(), ann.bearer, "topics", all.id_of("answer"));
    auto later = again.until("\"user\":\"mia\"");
    CHECK_THAT(later, Contains("\"task\":" + own_task + ",") && !Contains("\"user\":\"lena\""));
    CHECK_THAT(later, !Contains("event: reset"));
    Watch lost(other.port(), ann.bearer, "topics", "1-1");
    CHECK_THAT(lost.until("event: reset"), Contains("event: reset\ndata: {}"));
}

TEST_CASE("comments and reviews are streamed, too", "[api][events]") {
    test::Stage at({}, 6);
    auto boss = at.bearer("boss", "operator");
    auto lena = at.bearer("lena", "labeler");
    auto name = a_class(boss);
    Watch all(at.server->port(), boss.bearer, "topics");
    all.until("event: progress");
    auto task = answer_one(lena, name);
    auto comment = lena.send(
        "POST",
        "/api/v1/tasks/" + std::to_string(task) + "/comment",
        {{"text", "hm"}, {"flag", true}}
    );
    REQUIRE(comment.status == 204);
    all.until("event: comment");
    auto flagged = boss.get(topics + "/review?flagged=true").json().at("items").as_array();
    REQUIRE(flagged.size() == 1);
    auto fixed =
        boss.send("POST", topics + "/review/fix", {{"key", flagged[0].at("key")}, {"class", name}});
    REQUIRE(fixed.status == 200);
    CHECK_THAT(all.until("event: review"), Contains("event: comment"));
}

TEST_CASE("a project that is not there for somebody streams nothing", "[api][events]") {
    test::Stage at({}, 4);
    auto boss = at.bearer("boss", "operator");
    auto lena = at.bearer("lena", "labeler"), mia = at.bearer("mia", "labeler");
    CHECK(lena.get("/api/v1/projects/nothing/events").status == 404);
    Watch open(at.server->port(), mia.bearer, "topics");
    open.until("event: progress");
    // With its first member it is closed to the others, those who watch already among them.
    REQUIRE(boss.send("PUT", topics + "/members/lena", object{}).status == 200);
    CHECK(mia.get(topics + "/events").status == 404);
    open.until("\x04");  // to its end
    answer_one(lena, a_class(boss));
    CHECK_THAT(open.until("\x04"), !Contains("event: answer"));
}

TEST_CASE("a dashboard tells what was done, what waits and how long it takes", "[api][dashboard]") {
    test::Stage at({}, 6);
    auto ann = at.bearer("ann", "analyst");
    auto lena = at.bearer("lena", "labeler");
    auto name = a_class(ann);
    auto before = ann.get(topics + "/dashboard?bucket=hour").json();
    answer_one(lena, name);
    auto board = ann.get(topics + "/dashboard?bucket=hour").json();
    CHECK(board.at("bucket") == "hour");
    CHECK(board.at("buckets").as_array().size() == 48);
    auto now = board.at("buckets").as_array().back();
    bool found = false;
    for (const auto& person : now.at("people").as_array())
        if (person.at("user") == "lena") found = person.at("answers") == 1;
    CHECK(found);
    for (const auto& person : board.at("people").as_array())
        if (person.at("user") == "lena") {
            CHECK(
                person.at("answers").to_number<int>() + person.at("pauses").to_number<int>() == 1
            );
        }
    auto sum = [](const boost::json::value& told) {
        std::int64_t answers = 0;
        for (const auto& one : told.at("buckets").as_array())
            answers += one.at("answers").as_int64();
        return answers;
    };
    CHECK(sum(board) == sum(before) + 1);
    CHECK(board.at("queue").at("open").as_int64() >= 0);

    auto csv = ann.get(topics + "/dashboard?format=csv");
    CHECK_THAT(csv.headers["content-type"], StartsWith("text/csv"));
    CHECK_THAT(csv.body, StartsWith("section,begin,user,name,value\r\n"));
    CHECK_THAT(csv.body, Contains(",lena,answers,1\r\n"));
    CHECK(ann.get(topics + "/dashboard", {"Accept: text/csv"}).body.substr(0, 8) == "section,");
    CHECK(
        ann.get(topics + "/dashboard?format=json", {"Accept: text/csv"}).body.substr(0, 1) == "{"
    );
    CHECK(ann.get(topics + "/dashboard?bucket=year").status == 400);
    CHECK(ann.get(topics + "/dashboard?since=soon").status == 400);
    CHECK(ann.get(topics + "/dashboard?since=2026-03-02&until=2026-03-01").status == 400);
    CHECK(ann.get(topics + "/dashboard?bucket=hour&since=2001-01-01").status == 400);
    CHECK(lena.get(topics + "/dashboard").status == 403);
    CHECK(ann.get("/api/v1/projects/nothing/dashboard").status == 404);
}

TEST_CASE("agreement over HTTP comes in parts where they are asked for", "[api][dashboard]") {
    test::Stage at({}, 6);
    auto ann = at.bearer("ann", "analyst");
    auto classes = ann.get(topics + "/agreement?by=class").json();
    CHECK(classes.at("metrics").as_array().size() == 1);
    CHECK(
        classes.at("parts").as_array().size() ==
        ann.get(topics).json().at("classes").as_array().size()
    );
    auto pairs =
        ann.get(topics + "/agreement?by=pair&metric=percent").json().at("parts").as_array();
    REQUIRE(pairs.size() == 1);
    CHECK(pairs[0].at("metric") == "percent");
    CHECK(pairs[0].at("raters") == 2);
    CHECK(
        ann.get(topics + "/agreement?by=time&bucket=week").json().at("parts").as_array().size() >= 1
    );
    CHECK(ann.get(topics + "/agreement?by=moon").status == 400);
    CHECK(ann.get(topics + "/agreement?by=pair&bucket=day").status == 400);
    CHECK(ann.get(topics + "/agreement?by=class&metric=likeness").status == 400);
    // Nobody has answered here: there is nothing to part.
    CHECK(ann.get("/api/v1/projects/clothes/agreement?by=pair").status == 409);
    CHECK(ann.get(topics + "/agreement").json().at("parts").as_array().empty());
}
