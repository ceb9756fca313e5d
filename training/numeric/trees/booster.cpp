// The two handles of XGBoost with their ends, and the calls that trees.cpp makes of them.
//
// Rows that are too many to lie in memory twice are given page by page to the library, which writes
// them to files when the matrix is made and asks for none later: Debian's version (1.7) grows the
// same trees of them with its hist method.
#include "training/numeric/trees/booster.hpp"

#include <algorithm>
#include <filesystem>
#include <string_view>

#include <fmt/format.h>
#include <stdlib.h>
#include <boost/json.hpp>

#include "base/error.hpp"

namespace training {

namespace {

template <typename T>
std::string array_of(const T* data, std::size_t rows, std::size_t columns, const char* type) {
    const auto shape =
        columns == 0 ? fmt::format("[{}]", rows) : fmt::format("[{}, {}]", rows, columns);
    return fmt::format(
        R"({{"data": [{}, true], "shape": {}, "typestr": "{}", "version": 3}})",
        reinterpret_cast<std::uintptr_t>(data),
        shape,
        type
    );
}

}  // namespace

// Of few values threads wait for each other longer than they work.
int library_threads(const Design& rows) {
    constexpr std::size_t few = 1'000'000;
    return rows.values.size() < few ? 1 : 2;
}

void must(int code) {
    if (code == 0) return;
    std::string_view why = XGBGetLastError();
    if (const auto at = why.find("Stack trace"); at != why.npos) why = why.substr(0, at);
    while (!why.empty() && (why.back() == '\n' || why.back() == ' ')) why.remove_suffix(1);
    if (const auto at = why.rfind('\n'); at != why.npos) why.remove_prefix(at + 1);
    throw base::Error("xgboost", std::string(why));
}

// What the library asks for the next page.
struct TreeRows::Pages {
    const Design* rows;  // nullptr once the library has all
    std::size_t rows_of_page;
    std::filesystem::path folder;
    DMatrixHandle proxy = nullptr;
    std::size_t at = 0;
    std::vector<std::uint64_t> starts;

    Pages(const Design& of, std::size_t values)
        : rows(&of),
          rows_of_page(std::max<std::size_t>(
              1,
              values * of.rows / std::max<std::size_t>(1, of.values.size())
          )) {
        std::error_code none;
        auto name = (std::filesystem::temp_directory_path(none) / "tilth-trees-XXXXXX").string();
        if (none || !::mkdtemp(name.data()))
            throw base::Error(
                "trees",
                "no folder for rows on disk can be made where temporary files go",
                "set TMPDIR to one that is there, or --param in_memory=0"
            );
        folder = name;
        XGProxyDMatrixCreate(&proxy);
    }
    ~Pages() {
        XGDMatrixFree(proxy);
        std::error_code none;
        std::filesystem::remove_all(folder, none);
    }
    Pages(const Pages&) = delete;

    int give() {
        constexpr int failed = -1, another = 1, all = 0;
        if (!rows) return failed;
        if (at >= rows->rows) return all;
        const auto many = std::min(rows_of_page, rows->rows - at);
        const auto from = at;
        at += many;
        const auto* values = rows->row_values(from);
        if (!rows->sparse) {
            const auto page = array_of(values, many, rows->columns, "<f4");
            return XGProxyDMatrixSetDataDense(proxy, page.c_str()) == 0 ? another : failed;
        }
        starts.clear();
        for (std::size_t row = from; row <= from + many; ++row)
            starts.push_back(rows->starts[row] - rows->starts[from]);
        const auto count = static_cast<std::size_t>(starts.back());
        return XGProxyDMatrixSetDataCSR(
                   proxy,
                   array_of(starts.data(), starts.size(), 0, "<u8").c_str(),
                   array_of(rows->row_where(from), count, 0, "<u4").c_str(),
                   array_of(values, count, 0, "<f4").c_str(),
                   rows->columns
               ) == 0
                   ? another
                   : failed;
    }
};

TreeRows::~TreeRows() {
    XGDMatrixFree(handle_);
}

TreeRows::TreeRows(const Design& rows, std::size_t values_of_page) {
    if (values_of_page > 0 && rows.rows > 0) {
        pages_ = std::make_unique<Pages>(rows, values_of_page);
        must(XGDMatrixCreateFromCallback(
            pages_.get(),
            pages_->proxy,
            [](DataIterHandle pages) { static_cast<Pages*>(pages)->at = 0; },
            [](DataIterHandle pages) { return static_cast<Pages*>(pages)->give(); },
            fmt::format(
                R"({{"missing": NaN, "nthread": {}, "cache_prefix": {}}})",
                library_threads(rows),
                boost::json::serialize(boost::json::string((pages_->folder / "rows").string()))
            )
                .c_str(),
            &handle_
        ));
        pages_->rows = nullptr;
        return;
    }
    const auto how = fmt::format(R"({{"missing": NaN, "nthread": {}}})", library_threads(rows));
    if (rows.sparse) {
        must(XGDMatrixCreateFromCSR(
            array_of(rows.starts.data(), rows.starts.size(), 0, "<u8").c_str(),
            array_of(rows.where.data(), rows.where.size(), 0, "<u4").c_str(),
            array_of(rows.values.data(), rows.values.size(), 0, "<f4").c_str(),
            rows.columns,
            how.c_str(),
            &handle_
        ));
        return;
    }
    must(XGDMatrixCreateFromDense(
        array_of(rows.values.data(), rows.rows, rows.columns, "<f4").c_str(), how.c_str(), &handle_
    ));
}

void TreeRows::set(const char* field, const std::vector<float>& values) {
    if (!values.empty()) must(XGDMatrixSetFloatInfo(handle_, field, values.data(), values.size()));
}

Booster::Booster(std::span<const DMatrixHandle> matrices) {
    must(XGBoosterCreate(matrices.data(), matrices.size(), &handle_));
    set("verbosity", 0);
}

Booster::Booster(const std::string& bytes) : Booster(std::span<const DMatrixHandle>{}) {
    must(XGBoosterLoadModelFromBuffer(handle_, bytes.data(), bytes.size()));
    set("nthread", 1);
}

void Booster::set(const char* name, const std::string& value) {
    must(XGBoosterSetParam(handle_, name, value.c_str()));
}

void Booster::set(const char* name, double value) {
    set(name, fmt::format("{}", value));
}

std::string Booster::bytes(std::size_t rounds) const {
    BoosterHandle cut = nullptr;
    must(XGBoosterSlice(handle_, 0, static_cast<int>(rounds), 1, &cut));
    bst_ulong size = 0;
    const char* data = nullptr;
    const int code = XGBoosterSaveModelToBuffer(cut, R"({"format": "ubj"})", &size, &data);
    std::string out(code == 0 ? std::string(data, size) : std::string());
    XGBoosterFree(cut);
    must(code);
    return out;
}

std::vector<float> Booster::margins(DMatrixHandle matrix) const {
    const bst_ulong* shape = nullptr;
    bst_ulong dimensions = 0;
    const float* values = nullptr;
    must(XGBoosterPredictFromDMatrix(
        handle_,
        matrix,
        R"({"type": 1, "training": false, "iteration_begin": 0, "iteration_end": 0,)"
        R"( "strict_shape": true})",
        &shape,
        &dimensions,
        &values
    ));
    std::size_t count = 1;
    for (bst_ulong i = 0; i < dimensions; ++i) count *= shape[i];
    return {values, values + count};
}

}  // namespace training
