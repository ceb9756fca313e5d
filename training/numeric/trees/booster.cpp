// The two handles of XGBoost with their ends, and the calls that trees.cpp makes of them.
#include "training/numeric/trees/booster.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

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

TreeRows::TreeRows(const Design& rows) {
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
