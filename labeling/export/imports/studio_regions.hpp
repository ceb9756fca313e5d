#pragma once

#include <string>
#include <string_view>

#include <boost/json/fwd.hpp>

#include "labeling/projects/question.hpp"

// What the results of an annotation of Label Studio belong to: the record, or one region of it.
namespace labeling {

// Empty if there is no text of this name.
std::string text_at(const boost::json::object& from, std::string_view name);
std::string id_of(const boost::json::object& result);

// Those of the question. Of what is said of a region, told by the region's id, these are its
// transcripts where the question asks for them. `part`: the name of the question in a form, which
// is that of the control that its results are from; empty: it is no part of one.
boost::json::array results_of(
    const Question& question,
    const boost::json::array& results,
    const std::string& part = {}
);

}  // namespace labeling
