#pragma once

#include <cstdint>
#include <string>

#include <boost/json/object.hpp>

#include "quality/profile/drift.hpp"
#include "quality/report/report.hpp"
#include "service/verb.hpp"

// What the records of a source are like, and how that changes. Each verb reads them anew, page by
// page in transactions of its own.
namespace service {

struct QualitySource {
    std::string source;
    static const base::Settings<QualitySource> settings;
};
struct ProfileAnswer {
    std::uint64_t records = 0;
    boost::json::object columns;  // by name: type, counts, quantiles, most frequent values ..
    boost::json::value images;    // formats and sizes; null if there are none
};
BOOST_DESCRIBE_STRUCT(ProfileAnswer, (), (records, columns, images))
// Kept with the source's last run.
ProfileAnswer profile_source(Work& work, const QualitySource& request);

// Each is "NAME": what the source is like now; "NAME@RUN": the profile kept after that run;
// "NAME#RUN": what that run brought; "snapshot:NAME" or "snapshot:NAME:test": a snapshot, or a side
// of it.
struct CompareProfiles {
    std::string before, after;
    static const base::Settings<CompareProfiles> settings;
};
struct DriftItem {
    std::string column, verdict;
    double psi = 0, jensen_shannon = 0, l_infinity = 0;
    double chi_square = 0, chi_square_p = 1;
    double missing_before = 0, missing_after = 0;
    std::optional<double> ks, ks_p;  // of numbers
};
BOOST_DESCRIBE_STRUCT(
    DriftItem,
    (),
    (column,
     verdict,
     psi,
     jensen_shannon,
     l_infinity,
     chi_square,
     chi_square_p,
     missing_before,
     missing_after,
     ks,
     ks_p)
)
// Refusal not_found if there is no such profile. All columns, in one part.
Page<DriftItem> find_drift(Work& work, const CompareProfiles& request);

struct ReportQuality {
    std::string source;
    bool duplicates = true;  // look for them; else those known are shown
    bool page = false;       // give the page as well
    static const base::Settings<ReportQuality> settings;
};
struct QualityAnswer {
    boost::json::object report;
    std::vector<quality::Alert> alerts;  // serious ones first
    std::optional<std::string> page;     // HTML that needs neither network nor script
};
BOOST_DESCRIBE_STRUCT(QualityAnswer, (), (report, alerts, page))
QualityAnswer report_quality(Work& work, const ReportQuality& request);

}  // namespace service
