#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "quality/duplicates/text_duplicates.hpp"
#include "quality/store.hpp"

namespace quality {

// In the place of a band that a text is not to be found by.
constexpr std::uint64_t unlisted_band = 0;

struct StoredSketch {
    Table::Row row;
    TextSketch sketch;
    std::string hash;                         // of the words
    bool leads = false;                       // found by its bands
    bool first = false;                       // found by its words
    std::optional<std::int64_t> near, exact;  // clusters
    double near_score = 0, exact_score = 0;
    bool indexed = false;
    bool is_new = false;                           // not stored yet
    bool near_found = false, exact_found = false;  // stored, but its cluster is not
};

struct ClusterChanges {
    std::vector<StoredSketch> texts;
    // Merged and kept: of stored clusters, each once, into one that is merged into none.
    std::vector<std::pair<std::int64_t, std::int64_t>> merges;
};

// The texts of one batch among those that they may be near to: what assign_clusters() decides.
//
//     TextGrouping grouping(known);          // with their clusters, as stored
//     for (auto& text : fresh) grouping.add(text);
//     write_clusters(tx, source, std::move(grouping).changes(), now);
//
// Two clusters become one in a step, however many texts they have.
class TextGrouping {
public:
    explicit TextGrouping(std::vector<StoredSketch> known);

    void add(StoredSketch text);
    ClusterChanges changes() &&;

    std::uint64_t exact() const { return exact_; }  // of those added, with the words of another
    std::uint64_t near() const { return near_; }    // that joined a cluster, the exact ones too
    // What it took: looks at another text or at another cluster's name.
    std::uint64_t steps() const { return steps_; }

private:
    using Cluster = std::optional<std::int64_t>;

    void add_copy(StoredSketch& text, std::size_t same);
    void link(StoredSketch& text, std::vector<std::pair<double, std::size_t>> alike);
    std::int64_t found(std::size_t place, Cluster StoredSketch::*cluster);
    std::int64_t kept(std::int64_t cluster);
    void list(std::size_t place);
    std::vector<std::size_t> sharing(const StoredSketch& text);

    static constexpr auto none = std::numeric_limits<std::size_t>::max();
    struct Listed {
        std::size_t place, earlier;
    };
    struct List {
        std::size_t latest = none;  // in listed_
        std::uint32_t count = 0;
    };

    std::vector<StoredSketch> texts_;
    bool any_known_;
    std::unordered_map<std::int64_t, std::int64_t> merged_;  // into which; perhaps merged in turn
    std::unordered_map<std::uint64_t, List> bands_;          // of texts that lead
    std::vector<Listed> listed_;
    std::unordered_map<std::string, std::size_t> firsts_;
    std::uint64_t exact_ = 0, near_ = 0, steps_ = 0;
};

}  // namespace quality
