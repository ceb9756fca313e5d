// Each way of finding gives pairs of rows; the rest is the same for all: pairs are joined into
// clusters, and the cluster's first row names it. A chain of near-equal texts or images is one
// cluster therefore, although its ends may differ; links between rows are guesses, and a chain of
// guesses would be a worse one, so clusters of rows are cut where they hang together weakly.
//
// For equal contents a pair with the first of them is enough, which keeps a thousand copies at a
// thousand pairs instead of half a million. A field that is the record's key is left out of rows:
// it tells records apart by design.
#include "quality/duplicates/duplicates.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <unordered_map>

#include <fmt/format.h>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/numbers/disjoint_sets.hpp"
#include "quality/duplicates/clusters.hpp"
#include "quality/duplicates/linkage.hpp"
#include "quality/duplicates/text_duplicates.hpp"

namespace quality {

namespace {

// Rows of equal texts, each with the first of them.
template <typename Key>
class Equal {
public:
    void add(const Key& key, std::uint32_t row, std::vector<Likeness>& pairs) {
        auto [entry, is_new] = first_.emplace(key, row);
        if (!is_new) pairs.push_back({entry->second, row, 1});
    }

private:
    std::unordered_map<Key, std::uint32_t> first_;
};

struct Found {
    std::vector<Table::Row> rows;
    std::vector<Likeness> pairs;
    std::vector<std::uint32_t> first;  // row of the cluster of each row; empty: as pairs join them
};

Found find_exact(base::Database& database, std::int64_t source_id) {
    Found found;
    Equal<std::string> equal;
    each_content(database, source_id, [&](const StoredContent& one) {
        equal.add(one.sha256, static_cast<std::uint32_t>(found.rows.size()), found.pairs);
        found.rows.push_back(one.row);
    });
    return found;
}

Found find_texts(base::Database& database, std::int64_t source_id, bool near, double threshold) {
    Found found;
    Equal<std::string> equal;
    std::vector<TextSketch> sketches;
    each_text(database, source_id, [&](const StoredText& one) {
        if (near) {
            sketches.push_back(sketch(one.text));
        } else if (auto hash = words_hash(one.text); !hash.empty()) {
            equal.add(hash, static_cast<std::uint32_t>(found.rows.size()), found.pairs);
        }
        found.rows.push_back(one.row);
    });
    if (near) found.pairs = near_texts(sketches, threshold > 0 ? threshold : 0.7);
    return found;
}

Found find_images(base::Database& database, std::int64_t source_id) {
    Found found;
    std::vector<std::uint64_t> hashes;
    each_image(database, source_id, [&](const StoredImage& one) {
        hashes.push_back(one.phash);
        found.rows.push_back(one.row);
    });
    found.pairs = near_images(hashes);
    return found;
}

Found find_rows(
    base::Database& database,
    std::int64_t source_id,
    const DuplicateOptions& options,
    std::vector<std::string>& why
) {
    auto table = load_table(database, source_id);
    Table compared{{}, {}, table.rows};
    for (std::size_t i = 0; i < table.names.size(); ++i) {
        // The key tells records apart by design.
        bool is_key = true;
        for (std::size_t row = 0; row < table.size() && is_key; ++row)
            is_key = table.cells[i][row] == table.rows[row].key;
        bool wanted = std::find(options.columns.begin(), options.columns.end(), table.names[i]) !=
                      options.columns.end();
        if (options.columns.empty() ? is_key : !wanted) continue;
        compared.names.push_back(table.names[i]);
        compared.cells.push_back(std::move(table.cells[i]));
    }
    for (const auto& column : options.columns)
        if (std::find(table.names.begin(), table.names.end(), column) == table.names.end())
            throw base::UsageError(
                fmt::format("column '{}'", column),
                "the source's records have no such field",
                "see 'tilth records list'"
            );
    Found found;
    auto links = link_rows(compared, options.threshold > 0 ? options.threshold : 0.5, {}, &why);
    found.first = clusters_of(table.size(), links);
    for (const auto& link : links)
        if (found.first[link.a] == found.first[link.b])
            found.pairs.push_back({link.a, link.b, link.probability});
    if (found.pairs.size() < links.size())
        why.push_back(fmt::format(
            "{} links are cut: what they would join hangs together by little else",
            links.size() - found.pairs.size()
        ));
    found.rows = std::move(table.rows);
    return found;
}

// Per row the one that stands for its cluster.
std::vector<std::uint32_t> first_rows(const Found& found) {
    if (!found.first.empty()) return found.first;
    base::DisjointSets clusters(found.rows.size());
    for (const auto& pair : found.pairs) clusters.join(pair.a, pair.b);
    std::vector<std::uint32_t> first(found.rows.size());
    for (std::uint32_t row = 0; row < first.size(); ++row) first[row] = clusters.root(row);
    return first;
}

std::string kind_for(base::Database& database, std::int64_t source_id) {
    bool images = false, texts = false;
    each_image(database, source_id, [&](const StoredImage&) { images = true; });
    if (images) return "image";
    std::size_t long_texts = 0, all = 0;
    each_text(database, source_id, [&](const StoredText& one) {
        ++all;
        long_texts += one.text.size() > 200;
    });
    texts = all > 0 && 2 * long_texts > all;
    return texts ? "text" : "row";
}

}  // namespace

DuplicateReport
find_duplicates(base::Database& database, std::int64_t source_id, const DuplicateOptions& options) {
    DuplicateReport report;
    report.kind = options.kind == "auto" ? kind_for(database, source_id) : options.kind;
    Found found;
    if (report.kind == "exact") {
        found = find_exact(database, source_id);
    } else if (report.kind == "normalised" || report.kind == "text") {
        found = find_texts(database, source_id, report.kind == "text", options.threshold);
    } else if (report.kind == "image") {
        found = find_images(database, source_id);
    } else if (report.kind == "row") {
        found = find_rows(database, source_id, options, report.why);
    } else {
        throw base::UsageError(
            "--by " + options.kind,
            "there is no such way",
            "use exact, normalised, text, image, row or auto"
        );
    }
    report.records = found.rows.size();
    auto first = first_rows(found);
    std::unordered_map<std::uint32_t, double> best;  // a row's strongest link
    for (const auto& pair : found.pairs) {
        for (auto row : {pair.a, pair.b}) best[row] = std::max(best[row], pair.value);
        report.pairs.push_back({found.rows[pair.a].key, found.rows[pair.b].key, pair.value});
    }
    std::map<std::uint32_t, std::vector<std::uint32_t>> members;
    for (std::uint32_t row = 0; row < found.rows.size(); ++row)
        if (best.contains(row)) members[first[row]].push_back(row);
    for (const auto& [root, list] : members) {
        auto& keys = report.clusters.emplace_back();
        for (auto row : list) {
            keys.push_back(found.rows[row].key);
            report.rows.push_back({found.rows[row], found.rows[list.front()].rk, best[row]});
        }
    }
    std::stable_sort(
        report.clusters.begin(),
        report.clusters.end(),
        [](const auto& a, const auto& b) { return a.size() > b.size(); }
    );
    return report;
}

void keep_duplicates(base::Tx& tx, std::int64_t source_id, const DuplicateReport& found) {
    replace_duplicates(tx, source_id, found.kind, found.rows, std::chrono::system_clock::now());
}

}  // namespace quality
