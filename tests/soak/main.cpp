// soak PROGRAM MINUTES [SEED]
//
// All that a service does at once, in one run: a crawl, ingests, pushes, sixteen labelers,
// trainings; under them processes are killed with -9. Clients repeat what was not answered. Then
// everything is let finish, and what is stored is compared with what was acknowledged, and with a
// second home that nobody disturbed.
#include <future>
#include <iostream>

#include <cstdlib>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/database/database.hpp"
#include "base/database/postgres.hpp"
#include "tests/soak/fire.hpp"
#include "tests/soak/gathering.hpp"
#include "tests/soak/verify.hpp"

namespace soak {

namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

constexpr int labelers = 16;
constexpr int senders = 3;
constexpr int pages = 2000;

struct Wish {
    std::string program;
    std::chrono::seconds length;
    unsigned seed = 1;
};

json::object done(const test::Ended& ended) {
    if (ended.code != 0)
        throw std::runtime_error(fmt::format("exit code {}: {}", ended.code, ended.err));
    return json::parse(ended.out).as_object();
}

std::string token(const Service& service, const std::string& user, const std::string& role) {
    auto made =
        done(test::run(service.command({"token", "create", "--user", user, "--role", role})));
    return std::string(made.at("token").as_string());
}

// A thread whose exception is a fault, and does not end the others.
template <typename Work>
auto begin(Ledger& ledger, std::string name, Work work) {
    using Result = std::invoke_result_t<Work>;
    return std::async(std::launch::async, [&ledger, name, work = std::move(work)]() mutable {
        try {
            return work();
        } catch (const Interrupted&) {
            throw;
        } catch (const std::exception& failure) {
            ledger.fault(fmt::format("{}: {}", name, failure.what()));
            return Result();
        }
    });
}

class Soak {
public:
    explicit Soak(const Wish& wish)
        : ledger_(wish.length),
          service_(wish.program, ledger_),
          seed_(wish.seed),
          site_(wish.length < 5min ? pages / 10 : pages),
          csv_(service_.home() / "table.csv", Table::Form::csv, wish.seed),
          jsonl_(service_.home() / "lines.jsonl", Table::Form::jsonl, wish.seed + 1) {}

    int run() {
        try {
            prepare();
            work();
            service_.recover();
            wait_for_jobs();
            verify_snapshots();
            service_.stop();
            compare();
            memory_.judge(ledger_);
            check_logs(service_, ledger_);
        } catch (const Interrupted&) {
            if (!Ledger::gave_up()) throw;
        }
        auto faults = ledger_.faults();
        tell(ledger_, ledger_.summary());
        for (const auto& fault : faults) fmt::print("FAULT {}\n", fault);
        fmt::print("{} faults, seed {}\n", faults.size(), seed_);
        if (!faults.empty()) keep_logs();
        return faults.empty() ? 0 : 1;
    }

private:
    Caller operator_(const std::string& name) {
        return {service_.port(), ledger_, name, operator_token_};
    }

    void keep_logs() {
        for (const auto& log : {service_.log(), service_.server_log()}) {
            auto kept =
                std::filesystem::temp_directory_path() /
                fmt::format("soak-{}-{}", seed_, log == service_.log() ? "up.log" : "postgres.log");
            std::filesystem::copy_file(
                log, kept, std::filesystem::copy_options::overwrite_existing
            );
            fmt::print("see {}\n", kept.string());
        }
    }

    void prepare() {
        setenv("SOAK_PUSH_SECRET", push_secret, 1);
        service_.start();
        operator_token_ = token(service_, "operator", "operator");
        for (int i = 0; i < labelers; ++i)
            labeler_tokens_.push_back(token(service_, fmt::format("labeler-{}", i), "labeler"));
        operator_("preparer")
            .must(
                "POST",
                "/api/v1/sources",
                {{"name", push_source},
                 {"kind", "push"},
                 {"spec",
                  json::object{{"secrets", json::array{"env:SOAK_PUSH_SECRET"}}, {"key", "id"}}}}
            );
        // Records that the project can be made for.
        done(test::run(service_.command(
            {"ingest", csv_.file().string(), "--source", csv_source, "--key", "id"}
        )));
        make_project(operator_("project"));
    }

    void work() {
        ledger_.begin();
        auto port = service_.port();
        auto crawl = begin(ledger_, "crawl", [&] {
            gather(operator_("crawl"), ledger_, site_);
            return true;
        });
        auto csv = begin(ledger_, "csv", [&] {
            gather(operator_("csv"), ledger_, csv_source, csv_);
            return true;
        });
        auto jsonl = begin(ledger_, "jsonl", [&] {
            gather(operator_("jsonl"), ledger_, jsonl_source, jsonl_);
            return true;
        });
        auto trained =
            begin(ledger_, "trainings", [&] { return train(operator_("trainer"), ledger_); });
        std::vector<std::future<Pushed>> pushed;
        for (int i = 0; i < senders; ++i)
            pushed.push_back(begin(ledger_, fmt::format("sender {}", i), [this, port, i] {
                return push(port, ledger_, i, seed_ + 100 + static_cast<unsigned>(i));
            }));
        std::vector<std::future<Answers>> answers;
        for (int i = 0; i < labelers; ++i)
            answers.push_back(begin(ledger_, fmt::format("labeler {}", i), [this, port, i] {
                auto index = static_cast<std::size_t>(i);
                return label(
                    port,
                    ledger_,
                    fmt::format("labeler-{}", i),
                    labeler_tokens_[index],
                    seed_ + 200 + static_cast<unsigned>(i)
                );
            }));
        auto fired = begin(ledger_, "kills", [&] {
            try {
                fire(service_, ledger_, seed_);
            } catch (const Interrupted&) {
                throw;
            } catch (const std::exception&) {
                Ledger::give_up();
                throw;
            }
            return true;
        });
        auto pending = [&] {
            return crawl.wait_for(0s) != std::future_status::ready ||
                   csv.wait_for(0s) != std::future_status::ready ||
                   jsonl.wait_for(0s) != std::future_status::ready;
        };
        for (auto next = Clock::now() + 60s; ledger_.open() || pending();) {
            memory_.look(service_);
            Ledger::rest(1s);
            if (Clock::now() < next) continue;
            next += 60s;
            tell(ledger_, fmt::format("{} MB, {}", memory_.now(), ledger_.summary()));
        }
        fired.get();
        crawl.get();
        csv.get();
        jsonl.get();
        known_.trained = trained.get();
        for (auto& sender : pushed) known_.pushes.push_back(sender.get());
        for (std::size_t i = 0; i < answers.size(); ++i)
            known_.answers[fmt::format("labeler-{}", i)] = answers[i].get();
    }

    void wait_for_jobs() {
        auto caller = operator_("finisher");
        for (;; Ledger::rest(1s)) {
            std::size_t busy = 0;
            for (const auto* state : {"waiting", "running", "waiting"})
                busy += caller.must("GET", fmt::format("/api/v1/jobs?state={}", state))
                            .at("items")
                            .as_array()
                            .size();
            if (busy == 0) return;
        }
    }

    void verify_snapshots() {
        auto caller = operator_("verifier");
        for (const auto& name : known_.trained.snapshots) {
            auto reply = caller.ask("POST", fmt::format("/api/v1/snapshots/{}/verify", name));
            if (reply.status != 200 || !reply.json().at("verified").as_bool())
                ledger_.fault(fmt::format("snapshot {}: {}", name, reply.body));
        }
        tell(ledger_, fmt::format("snapshots: {} verified", known_.trained.snapshots.size()));
    }

    void compare() {
        Service calm(service_.command({}).front(), ledger_);
        auto run = [&](std::vector<std::string> words) {
            done(test::run(calm.command(std::move(words))));
        };
        run(
            {"crawl",
             site_.url(),
             "--source",
             site_source,
             "--allow-private",
             "--sitemaps",
             "off",
             "--delay",
             "0",
             "--concurrency",
             "16"}
        );
        run({"ingest", csv_.file().string(), "--source", csv_source, "--key", "id"});
        run({"ingest", jsonl_.file().string(), "--source", jsonl_source, "--key", "id"});
        base::EmbeddedPostgres server(service_.home()), calm_server(calm.home());
        base::Database database(server.url(), 1), calm_database(calm_server.url(), 1);
        check_pushes(database, known_, ledger_);
        check_answers(database, known_, ledger_);
        check_trainings(database, known_, ledger_);
        check_sums(database, ledger_);
        check_blobs(database, service_.home(), ledger_);
        for (const auto* source : {site_source, csv_source, jsonl_source})
            check_same(database, calm_database, source, ledger_);
    }

    Ledger ledger_;
    Service service_;
    unsigned seed_;
    Site site_;
    Table csv_, jsonl_;
    MemoryWatch memory_;
    std::string operator_token_;
    std::vector<std::string> labeler_tokens_;
    Acknowledged known_;
};

Wish wish_of(int count, char** words) {
    char* end = nullptr;
    double minutes = count >= 3 ? std::strtod(words[2], &end) : 0;
    if (count < 3 || count > 4 || *end != '\0' || !(minutes > 0))
        throw std::invalid_argument("usage: soak PROGRAM MINUTES [SEED]");
    Wish wish{.program = words[1], .length = std::chrono::seconds(static_cast<int>(minutes * 60))};
    if (count == 4) wish.seed = static_cast<unsigned>(std::strtoul(words[3], nullptr, 10));
    return wish;
}

}  // namespace

}  // namespace soak

int main(int count, char** words) {
    try {
        soak::Ledger::watch_signals();
        return soak::Soak(soak::wish_of(count, words)).run();
    } catch (const soak::Interrupted&) {
        std::cerr << "soak: interrupted; all that was started is ended\n";
        return 130;
    } catch (const std::invalid_argument& wrong) {
        std::cerr << wrong.what() << '\n';
        return 2;
    } catch (const std::exception& failure) {
        std::cerr << "soak: " << failure.what() << '\n';
        return 1;
    }
}
