// Takes records out, with all that was made of them.
//
// Rows go step by step in the order of their key, in one transaction and under a lock that keeps
// writers out of the versions: a writer who found a blob stored must not have it vanish before his
// version names it. Files of blobs go after the commit; a file without a row is only lost space,
// a row without its file would be a loss. A count is the same work, rolled back.
#include "schema/records/purge_store.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include <boost/json.hpp>

#include "base/bytes/hash.hpp"
#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/run/log.hpp"
#include "schema/records/values.hpp"
#include "schema/sql.hpp"

namespace schema {

namespace {

constexpr int step = 5000;  // as next_purge_targets fetches

// Ends the transaction of a count without keeping anything of it.
struct RolledBack {
    PurgeCounts counts;
};

class Purge {
public:
    // Of `source` all, if it is not 0.
    Purge(base::Tx& tx, const PurgeWhat& what, std::int64_t source = 0)
        : tx_(tx), what_(what), source_(source) {}

    // With blobs of these SHA-256 that nothing uses any more.
    void run(const std::vector<std::string>& blobs = {}) {
        tx_.exec(sql::file["lock_for_purge"]);
        if (source_ == 0)
            tx_.exec(sql::file["purge_targets"], what_.host, what_.url, what_.licence);
        for (const auto& sha : blobs)
            if (sha.size() == 32) blobs_.insert(sha);
        while (take_some()) continue;
        drop_blobs();
        auto sources = array_of(std::vector<std::int64_t>(sources_.begin(), sources_.end()));
        tx_.exec(sql::file["purge_profiles"], sources);
        tx_.exec(sql::file["purge_profile_parts"], sources);
        counts_.rejects = tx_.change(sql::file["purge_rejects"], what_.host, what_.url);
        counts_.addresses += tx_.change(sql::file["purge_addresses"], what_.host, what_.url);
        for (const auto& [name, members] : snapshots_) {
            counts_.snapshots.push_back(name);
            counts_.members += members;
        }
    }

    const PurgeCounts& counts() const { return counts_; }
    const std::vector<std::string>& files() const { return files_; }

private:
    pqxx::result next_targets() {
        if (source_ != 0)
            return tx_.exec(
                sql::file["purge_targets_of_source"], source_, last_rk_, last_key_, step
            );
        return tx_.exec(sql::file["next_purge_targets"]);
    }

    bool take_some() {
        std::vector<std::int64_t> rks, sources;
        std::vector<std::string> keys;
        for (const auto& row : next_targets()) {
            rks.push_back(row["rk"].as<std::int64_t>());
            sources.push_back(row["source_id"].as<std::int64_t>());
            keys.push_back(row["key"].as<std::string>());
        }
        if (rks.empty()) return false;
        sources_.insert(sources.begin(), sources.end());
        last_rk_ = rks.back();
        last_key_ = keys.back();
        auto a = array_of(rks), b = array_of(sources), c = array_of(keys);
        auto drop = [&](std::string_view query) { return tx_.change(query, a, b, c); };
        for (const auto& row : tx_.exec(sql::file["purge_blob_names"], a, b, c))
            blobs_.insert(base::bytes(row["blob_sha256"]));
        // The frontier names an address by the first 16 bytes of its hash.
        std::vector<std::string> addresses;
        auto origins = sources;
        for (const auto& key : keys) addresses.push_back(base::sha256_hex(key).substr(0, 32));
        for (const auto& row : tx_.exec(sql::file["purge_origins"], a, b, c)) {
            origins.push_back(row["source_id"].as<std::int64_t>());
            addresses.push_back(base::sha256_hex(row["url"].as<std::string>()).substr(0, 32));
        }
        for (const auto& row : tx_.exec(sql::file["purge_snapshots"], a, b, c))
            snapshots_[row["name"].as<std::string>()] += row["members"].as<std::uint64_t>();
        counts_.versions += drop(sql::file["purge_versions"]);
        counts_.texts += drop(sql::file["purge_texts"]);
        counts_.numbers += drop(sql::file["purge_numbers"]);
        counts_.images += drop(sql::file["purge_images"]);
        counts_.media += drop(sql::file["purge_media"]);
        counts_.labels += drop(sql::file["purge_truth"]) + drop(sql::file["purge_annotations"]) +
                          drop(sql::file["purge_predictions"]);
        for (auto query :
             {sql::file["purge_suggestions"],
              sql::file["purge_rule_votes"],
              sql::file["purge_drafts"],
              sql::file["purge_comments"],
              sql::file["purge_audits"],
              sql::file["lock_purged_tasks"],
              sql::file["cancel_purged_tasks"]})
            drop(query);
        drop(sql::file["purge_denials"]);
        drop(sql::file["purge_page_records"]);
        drop(sql::file["purge_duplicates"]);
        drop(sql::file["rename_clusters"]);
        drop(sql::file["purge_quality"]);
        drop(sql::file["purge_sketches"]);
        drop(sql::file["purge_search"]);
        drop(sql::file["purge_issues"]);
        drop(sql::file["purge_quarantine"]);
        counts_.records += drop(sql::file["purge_records"]);
        tx_.exec(sql::file["note_purged"], b);
        counts_.addresses +=
            tx_.change(sql::file["purge_record_addresses"], array_of(origins), array_of(addresses));
        return rks.size() == static_cast<std::size_t>(step);
    }

    void drop_blobs() {
        constexpr std::size_t at_once = 50'000;
        std::vector<std::string> all(blobs_.begin(), blobs_.end());
        for (std::size_t begin = 0; begin < all.size(); begin += at_once) {
            auto first = all.begin() + static_cast<std::ptrdiff_t>(begin);
            auto last =
                all.begin() + static_cast<std::ptrdiff_t>(std::min(all.size(), begin + at_once));
            drop_unused({first, last});
        }
    }

    void drop_unused(std::vector<std::string> shas) {
        std::set<std::string> used;
        for (const auto& row : tx_.exec(sql::file["used_blobs"], array_of_bytes(shas)))
            used.insert(base::bytes(row["blob_sha256"]));
        std::erase_if(shas, [&](const std::string& sha) { return used.contains(sha); });
        std::vector<std::int64_t> bks;
        for (const auto& sha : shas) bks.push_back(leading_bytes(sha));
        if (bks.empty()) return;
        for (const auto& row :
             tx_.exec(sql::file["purge_blobs"], array_of(bks), array_of_bytes(shas))) {
            ++counts_.blobs;
            if (auto file = row["location"].as<std::string>(); !file.empty())
                files_.push_back(file);
        }
    }

    base::Tx& tx_;
    const PurgeWhat& what_;
    const std::int64_t source_;
    PurgeCounts counts_;
    std::set<std::int64_t> sources_;
    std::set<std::string> blobs_;
    std::map<std::string, std::uint64_t> snapshots_;
    std::vector<std::string> files_;
    std::int64_t last_rk_ = std::numeric_limits<std::int64_t>::min();
    std::string last_key_;
};

void check(const PurgeWhat& what) {
    int set = !what.host.empty() + !what.url.empty() + !what.licence.empty();
    if (set != 1)
        throw base::UsageError(
            "records purge", "needs one of --host, --url and --licence", "name what has to go"
        );
}

}  // namespace

std::string PurgeWhat::text() const {
    if (!host.empty()) return "host " + host;
    return url.empty() ? "licence " + licence : "url " + url;
}

PurgeCounts count_purge(base::Database& database, const PurgeWhat& what) {
    check(what);
    try {
        database.call([&](base::Tx& tx) {
            Purge purge(tx, what);
            purge.run();
            throw RolledBack{purge.counts()};
        });
    } catch (const RolledBack& done) {
        return done.counts;
    }
    return {};
}

PurgeCounts purge(
    base::Database& database,
    const Blobs& blobs,
    const PurgeWhat& what,
    const std::string& actor,
    Time now
) {
    check(what);
    std::vector<std::string> files;
    auto counts = database.call([&](base::Tx& tx) {
        Purge purge(tx, what);
        purge.run();
        files = purge.files();
        const auto& done = purge.counts();
        boost::json::object detail{
            {"records", done.records},
            {"versions", done.versions},
            {"blobs", done.blobs},
            {"addresses", done.addresses},
            {"members", done.members}};
        tx.exec(
            sql::file["audit_purge"],
            timestamp(now),
            actor,
            what.text(),
            boost::json::serialize(detail)
        );
        return done;
    });
    remove_files(blobs, files);
    return counts;
}

PurgeCounts purge_source(
    base::Tx& tx,
    std::int64_t source_id,
    const std::vector<std::string>& blobs,
    std::vector<std::string>& files
) {
    PurgeWhat none;
    Purge purge(tx, none, source_id);
    purge.run(blobs);
    files = purge.files();
    return purge.counts();
}

void remove_files(const Blobs& blobs, const std::vector<std::string>& files) {
    for (const auto& file : files)
        if (!blobs.remove(file)) base::log::warning("blob file {} could not be removed", file);
}

}  // namespace schema
