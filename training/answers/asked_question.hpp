#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

namespace base {
class Tx;
}

namespace training {

// How two marked parts may be related; no classes: any.
struct AskedRelation {
    std::string name;
    std::vector<std::string> from = {}, to = {};
};
BOOST_DESCRIBE_STRUCT(AskedRelation, (), (name, from, to))

// What a labeling project asks of a record, as far as a model of its answers has to know it.
struct AskedQuestion {
    std::string kind;
    std::vector<std::string> classes = {};     // by name
    std::vector<std::string> candidates = {};  // fields that are compared or ranked
    bool ties = false;                         // whether candidates may be level
    std::string table = {};                    // field whose rows are labelled
    std::vector<AskedRelation> relations = {};

    // A JSON object, the same for the same question.
    std::string json() const;
    // Throws std::exception for what json() did not write.
    static AskedQuestion parse(const std::string& json);
};
BOOST_DESCRIBE_STRUCT(AskedQuestion, (), (kind, classes, candidates, ties, table, relations))

// That of a project, or the one of a form that is named. Throws base::Error if it is gone.
AskedQuestion
asked_question(base::Tx& tx, std::int64_t project_id, const std::string& question = {});
struct SnapshotInfo;
AskedQuestion asked_question(base::Tx& tx, const SnapshotInfo& snapshot);

}  // namespace training
