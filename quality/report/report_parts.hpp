#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "quality/report/report.hpp"

// The parts of the page about a source, as HTML. Each is empty if there is nothing to show.
namespace quality::page {

// Of what fields and images hold (report_fields.cpp).
std::string fields(const QualityReport& report);
std::string images(const ImageProfile& images);

// Of what was found (report_findings.cpp).
std::string missing(const QualityReport& report);
std::string associations(const QualityReport& report);
// The first of them as a table, with a column for what is proposed.
std::string issues(const std::vector<CellIssue>& list, bool proposals);
// "12 in price, 3 in name."
std::string by_field(const std::vector<CellIssue>& list);
std::string duplicates(const QualityReport& report);
std::string checks(const QualityReport& report);
std::string drift(const std::vector<Drift>& list);

// 0 of nothing.
double part(double some, double all);
// Of the records, with values that only say that there is none.
double missing_share(const ColumnProfile& column, std::uint64_t records);

}  // namespace quality::page
