// A person's record of what was acknowledged. Each request has a key of its own and is repeated
// until it is answered, so that after each answer it is known what stands: what is compared in the
// end is exact, however often the service was killed in between.
#include "tests/soak/labelers.hpp"

#include <algorithm>
#include <random>
#include <vector>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "tests/soak/caller.hpp"

namespace soak {

namespace json = boost::json;

namespace {

constexpr int in_hand = 3;

class Labeler {
public:
    Labeler(Caller caller, Ledger& ledger, unsigned seed)
        : caller_(std::move(caller)), ledger_(ledger), random_(seed) {}

    // False if there was nothing to do.
    bool work(int at_most) {
        auto claimed = caller_.must("POST", path("claim"), {{"n", at_most}});
        auto& tasks = claimed.at("tasks").as_array();
        for (const auto& task : tasks) {
            if (chance(5))
                skip(task);
            else
                submit(task);
            if (chance(5)) undo();
        }
        return !tasks.empty();
    }
    // Answers one task, of those held if there are any.
    void finish() {
        auto claimed = caller_.must("POST", path("claim"), {{"n", 1}});
        for (const auto& task : claimed.at("tasks").as_array()) submit(task);
    }
    // Between 0.3 seconds in a run of minutes and 5 in one of an hour, so that there is work to the
    // end.
    void pause() {
        auto mean = std::clamp<std::int64_t>(ledger_.length().count() * 1000 / 720, 300, 5000);
        auto span = static_cast<std::uint64_t>(2 * mean);
        Ledger::rest(std::chrono::milliseconds(random_() % span));
    }
    Answers answers;

private:
    bool chance(unsigned percent) { return random_() % 100 < percent; }
    static std::string path(const std::string& verb) {
        return fmt::format("/api/v1/projects/{}/{}", project, verb);
    }

    // Of ten answers about nine are right.
    std::string answer_to(const json::value& task) {
        auto shown = json::serialize(task.at("item"));
        if (!chance(12))
            for (const auto* topic : topics)
                if (shown.find(topic) != std::string::npos) return topic;
        return topics[random_() % std::size(topics)];
    }

    test::Reply send(const json::value& task, const std::string& verb, json::object body) {
        body["lease"] = task.at("lease");
        auto path = fmt::format("/api/v1/tasks/{}/{}", task.at("id").as_int64(), verb);
        auto reply = caller_.ask("POST", path, body);
        if (reply.status == 409)
            ledger_.count("late answers");
        else if (reply.status != 200)
            ledger_.fault(fmt::format("POST {}: {} {}", path, reply.status, reply.body));
        return reply;
    }

    void submit(const json::value& task) {
        auto given = answer_to(task);
        if (send(task, "submit", {{"class", given}, {"milliseconds", 500}}).status != 200) return;
        auto id = task.at("id").as_int64();
        if (!answers.emplace(id, given).second)
            ledger_.fault(fmt::format("task {} was given to one person twice", id));
        done_.push_back(id);
        ledger_.count("answers");
    }

    void skip(const json::value& task) {
        if (send(task, "skip", {{"reason", "unclear"}}).status != 200) return;
        done_.push_back(task.at("id").as_int64());
        ledger_.count("skips");
    }

    // The task is in this person's hands again, and comes with the next claim.
    void undo() {
        if (done_.empty()) return;
        auto reply = caller_.ask("POST", path("undo"), json::object{});
        if (reply.status == 409) return;
        auto back = reply.status == 200 ? reply.json().at("id").as_int64() : 0;
        if (back != done_.back())
            ledger_.fault(fmt::format(
                "undo of task {}: {} {}", done_.back(), reply.status, reply.body.substr(0, 200)
            ));
        answers.erase(back);
        std::erase(done_, back);
        ledger_.count("undone");
    }

    Caller caller_;
    Ledger& ledger_;
    std::mt19937 random_;
    std::vector<std::int64_t> done_;  // in their order
};

}  // namespace

Answers label(
    std::uint16_t port,
    Ledger& ledger,
    const std::string& name,
    const std::string& token,
    unsigned seed
) {
    Labeler labeler(Caller(port, ledger, name, token), ledger, seed);
    while (ledger.open()) {
        labeler.work(in_hand);
        labeler.pause();
    }
    for (int i = 0; i < 2 * in_hand; ++i) labeler.finish();
    return std::move(labeler.answers);
}

}  // namespace soak
