#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <xgboost/c_api.h>

#include "training/numeric/design.hpp"

namespace training {

// Throws base::Error with the first line of what the library says if `code` is not 0.
void must(int code);

// Threads that XGBoost may use on such rows: one or two, whatever the number of ours. Its sums
// depend on how many there are, and equal input must give equal bits.
int library_threads(const Design& rows);

// Rows as XGBoost keeps them: in memory, where a value takes 8 bytes and more once trees grow, or
// with `values_of_page` in files of a folder in TMPDIR, of which it reads a few pages at a time.
// The folder is gone with the rows.
class TreeRows {
public:
    explicit TreeRows(const Design& rows, std::size_t values_of_page = 0);
    ~TreeRows();
    TreeRows(const TreeRows&) = delete;

    // "label" or "weight"; nothing where `values` is empty.
    void set(const char* field, const std::vector<float>& values);
    DMatrixHandle get() const { return handle_; }

private:
    struct Pages;
    std::unique_ptr<Pages> pages_;
    DMatrixHandle handle_ = nullptr;
};

class Booster {
public:
    explicit Booster(std::span<const DMatrixHandle> matrices);
    // What bytes() gave.
    explicit Booster(const std::string& bytes);
    ~Booster() { XGBoosterFree(handle_); }
    Booster(const Booster&) = delete;

    void set(const char* name, const std::string& value);
    void set(const char* name, double value);
    BoosterHandle get() const { return handle_; }

    // The library's binary JSON, of the first `rounds` rounds.
    std::string bytes(std::size_t rounds) const;
    // Sums over the trees, row-major.
    std::vector<float> margins(DMatrixHandle matrix) const;

private:
    BoosterHandle handle_ = nullptr;
};

}  // namespace training
