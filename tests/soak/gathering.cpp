// What is gathered follows from a number (a page's edition, a row's), so that in the end another
// home that nobody disturbs can gather the same, and be compared.
#include "tests/soak/gathering.hpp"

#include <fstream>
#include <functional>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "tests/soak/labelers.hpp"

namespace soak {

namespace fs = std::filesystem;
namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

// Words that are the same whenever they are asked for, and compress badly.
std::string words(unsigned seed, int count) {
    std::mt19937 random(seed);
    std::string text;
    for (int i = 0; i < count; ++i) {
        for (unsigned letters = 3 + random() % 8; letters > 0; --letters)
            text += static_cast<char>('a' + random() % 26);
        text += ' ';
    }
    return text;
}

constexpr unsigned large_every = 50;  // pages whose bytes become a file

// The state of the newest run of a source, once nothing of it waits or runs.
std::string settled(Caller& caller, const std::string& source) {
    for (;;) {
        bool busy = false;
        // A job may go from one to the other and back while they are asked for.
        for (const auto* state : {"waiting", "running", "waiting"}) {
            auto jobs = caller.must("GET", fmt::format("/api/v1/jobs?limit=200&state={}", state));
            for (const auto& job : jobs.at("items").as_array()) {
                const auto& spec = job.at("spec");
                auto of = spec.is_string() ? json::parse(spec.as_string()) : spec;
                const auto* name = of.as_object().if_contains("source");
                busy = busy || (name && name->as_string() == source);
            }
        }
        if (!busy) break;
        Ledger::rest(1s);
    }
    auto runs = caller.must("GET", fmt::format("/api/v1/sources/{}/runs?limit=1", source));
    const auto& items = runs.at("items").as_array();
    return items.empty() ? "none" : std::string(items[0].at("state").as_string());
}

void run_again_and_again(
    Caller& caller,
    Ledger& ledger,
    const std::string& source,
    const std::function<void()>& change
) {
    for (bool last = false;;) {
        auto state = settled(caller, source);
        ledger.count(fmt::format("{} runs {}", source, state));
        bool whole = state == "done";
        if (last && whole) return;
        if (!last && !ledger.open()) last = true;
        if (!last) Ledger::rest(5s);
        if (whole) change();
        caller.must("POST", fmt::format("/api/v1/sources/{}/run", source));
    }
}

}  // namespace

Site::Site(int pages) : pages_(pages) {
    site_.otherwise([this](const test::SiteRequest& request) {
        int number = request.path == "/" ? 0 : std::atoi(request.path.c_str() + 2);
        test::SiteReply reply;
        reply.delay = 100ms;
        if ((request.path != "/" && !request.path.starts_with("/p")) || number >= pages_) {
            reply.status = 404;
            return reply;
        }
        reply.body = page(number);
        return reply;
    });
}

std::string Site::page(int number) const {
    int edition = (edition_ + 10 - number % 10) / 10;  // a tenth of the pages at a time
    auto seed = static_cast<unsigned>(number * 1000 + edition);
    bool large = static_cast<unsigned>(number) % large_every == 7;
    std::string links;
    for (int next : {2 * number + 1, 2 * number + 2})
        if (next < pages_) links += fmt::format("<a href=\"/p{}\">page {}</a> ", next, next);
    return fmt::format(
        "<title>Page {}</title><h1>Page {}</h1><p>{}</p>{}",
        number,
        number,
        words(seed, large ? 30'000 : 150),
        links
    );
}

void Site::change() {
    ++edition_;
    site_.forget();
}

Table::Table(fs::path file, Form form, unsigned seed)
    : file_(std::move(file)), form_(form), random_(seed), editions_(2000) {
    change();
}

std::string Table::line(int row) const {
    auto seed = static_cast<unsigned>(row * 1000 + editions_[static_cast<std::size_t>(row)]);
    auto text = std::string(topics[row % 3]) + " " + words(seed, 12);
    return form_ == Form::csv
               ? fmt::format("{},{},{}\n", row, seed % 977, text)
               : fmt::format(R"({{"id": {}, "size": {}, "words": "{}"}})", row, seed % 977, text) +
                     "\n";
}

std::string Table::broken(int row) const {
    return form_ == Form::csv ? fmt::format("{}\n", row) : fmt::format("{{\"id\": {}, \n", row);
}

// Written beside and renamed, as whoever writes files for others does.
void Table::change() {
    for (auto& edition : editions_)
        if (random_() % 20 == 0) ++edition;
    editions_.resize(editions_.size() + 100);
    auto fresh = file_.string() + ".new";
    {
        std::ofstream out(fresh, std::ios::binary);
        if (form_ == Form::csv) out << "id,size,words\n";
        for (int row = 0; row < static_cast<int>(editions_.size()); ++row) {
            out << line(row);
            if (random_() % 100 == 0) out << broken(row);
            if (random_() % 100 == 0) out << line(row);  // a key twice
        }
    }
    fs::rename(fresh, file_);
}

void gather(Caller caller, Ledger& ledger, Site& site) {
    caller.must(
        "POST",
        "/api/v1/crawl",
        {{"source", site_source},
         {"urls", json::array{site.url()}},
         {"allow_private", true},
         {"sitemaps", "off"},
         {"delay", 0},
         {"concurrency", 8}}
    );
    run_again_and_again(caller, ledger, site_source, [&] { site.change(); });
}

void gather(Caller caller, Ledger& ledger, const std::string& source, Table& table) {
    caller.must(
        "POST",
        "/api/v1/ingest",
        {{"source", source},
         {"inputs", json::array{table.file().string()}},
         {"format", table.format()},
         {"key", "id"}}
    );
    run_again_and_again(caller, ledger, source, [&] { table.change(); });
}

}  // namespace soak
