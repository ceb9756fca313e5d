#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

#include "training/snapshots/snapshot_store.hpp"

// What a snapshot is made of, for those who use it: a data card.
namespace training {

// How many members have a value of something.
struct CardCount {
    std::string name;
    std::int64_t members = 0;
};
BOOST_DESCRIBE_STRUCT(CardCount, (), (name, members))

struct CardParts {
    std::string name;
    std::int64_t training = 0, validation = 0, test = 0;
};
BOOST_DESCRIBE_STRUCT(CardParts, (), (name, training, validation, test))

struct Card {
    std::string name, project, source, source_kind, hash, created_at;
    std::int64_t members = 0;
    std::string where, split;         // as they were asked for
    std::vector<CardCount> places;    // files, hosts: the most frequent
    std::vector<CardCount> licences;  // "" for none that is known
    std::optional<std::string> first_fetched, last_fetched;
    std::vector<CardParts> classes;
    std::vector<CardParts> methods;  // that labels came by
    std::int64_t unsure_labels = 0;
    std::int64_t in_clusters = 0;  // members beyond the first of a group or of duplicates
    std::int64_t purged = 0;       // members that went since
    std::vector<TestReads> test_reads;
    std::vector<std::string> limits;  // what to mind

    std::int64_t times_read() const;  // its test part, by whomever
};
BOOST_DESCRIBE_STRUCT(
    Card,
    (),
    (name,
     project,
     source,
     source_kind,
     hash,
     created_at,
     members,
     where,
     split,
     places,
     licences,
     first_fetched,
     last_fetched,
     classes,
     methods,
     unsure_labels,
     in_clusters,
     purged,
     test_reads,
     limits)
)

Card card_of(base::Tx& tx, const SnapshotInfo& snapshot);
// For people.
std::string card_markdown(const Card& card);

// What may be done with the members today.
struct Rights {
    std::int64_t denied = 0;            // their sites forbid training now
    std::vector<std::string> examples;  // keys of these
    std::int64_t licence_changed = 0;   // since the snapshot
    std::vector<CardCount> licences;    // of the members' records now
};
BOOST_DESCRIBE_STRUCT(Rights, (), (denied, examples, licence_changed, licences))

// By what is stored; what sites say is to be asked before.
Rights rights_of(base::Tx& tx, const SnapshotInfo& snapshot);

}  // namespace training
