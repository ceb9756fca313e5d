// The library keeps copies of what it indexes, dense and of one size. Here it keeps the number of a
// row, and a distance looks the row up: nothing is copied, and sparse rows can be indexed too. Who
// is asked for is told by its address, which has the highest bit of a number set.
//
// Only links are saved; they are checked when they are read, since a wrong one would be followed
// into memory that is not there.
#include "training/numeric/near_index.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <new>

#define NO_MANUAL_VECTORIZATION
#include <hnswlib/hnswlib.h>

#include "base/error.hpp"
#include "training/numeric/kernels.hpp"
#include "training/numeric/products.hpp"

namespace training {

namespace {

constexpr std::size_t links = 16;         // of a row on each level; twice as many on the lowest
constexpr std::size_t looked_at = 200;    // candidates when a row is put in
constexpr std::size_t least_asked = 128;  // candidates when one is asked for
constexpr std::uint64_t is_asked = std::uint64_t{1} << 63U;
constexpr int highest_level = 60;

struct RowView {
    const float* values = nullptr;
    const std::uint32_t* where = nullptr;
    std::size_t count = 0;
    float square = 0;
};

RowView view_row(const Design& rows, std::size_t row, float square) {
    if (!rows.sparse) return {rows.row_values(row), nullptr, rows.columns, square};
    return {rows.row_values(row), rows.row_where(row), rows.count(row), square};
}

float shared_product(const RowView& a, const RowView& b) {
    float sum = 0;
    for (std::size_t i = 0, j = 0; i < a.count && j < b.count;) {
        if (a.where[i] == b.where[j]) {
            sum += a.values[i++] * b.values[j++];
        } else if (a.where[i] < b.where[j]) {
            ++i;
        } else {
            ++j;
        }
    }
    return sum;
}

float away(const RowView& a, const RowView& b) {
    if (!a.where) return kernels().squared_distance(a.count, a.values, b.values);
    const float length = std::sqrt(a.square * b.square);
    return length > 0 ? std::max(0.0F, 1 - shared_product(a, b) / length) : 1;
}

// The rows as the library asks for them.
class Space final : public hnswlib::SpaceInterface<float> {
public:
    explicit Space(const Design& rows) : rows_(rows), squares_(squares_of(rows)) {}

    size_t get_data_size() override { return sizeof(std::uint64_t); }
    hnswlib::DISTFUNC<float> get_dist_func() override {
        return [](const void* a, const void* b, const void* self) {
            const auto& space = *static_cast<const Space*>(self);
            return away(space.seen(a), space.seen(b));
        };
    }
    void* get_dist_func_param() override { return this; }

private:
    RowView seen(const void* from) const {
        std::uint64_t number = 0;
        std::memcpy(&number, from, sizeof number);
        if ((number & is_asked) != 0) return *reinterpret_cast<const RowView*>(number & ~is_asked);
        return view_row(rows_, number, squares_[number]);
    }

    const Design& rows_;
    std::vector<float> squares_;
};

}  // namespace

struct NearIndex::State {
    Space space;
    hnswlib::HierarchicalNSW<float> graph;

    explicit State(const Design& rows)
        : space(rows), graph(&space, std::max<std::size_t>(1, rows.rows), links, looked_at) {}

    // Where the library keeps the links of a row on a level: their number, and then they.
    std::uint32_t* links_of(std::uint32_t row, int level) const {
        return graph.get_linklist_at_level(row, level);
    }

    // Puts a row in with the links that were saved; its place is behind those before it.
    void restore(std::uint32_t row, int level, Reader& in) {
        std::memset(
            graph.data_level0_memory_ + row * graph.size_data_per_element_,
            0,
            graph.size_data_per_element_
        );
        const std::uint64_t number = row;
        std::memcpy(graph.getDataByInternalId(row), &number, sizeof number);
        graph.setExternalLabel(row, row);
        if (level > 0) {
            const auto size = graph.size_links_per_element_ * static_cast<std::size_t>(level) + 1;
            graph.linkLists_[row] = static_cast<char*>(std::calloc(size, 1));
            if (!graph.linkLists_[row]) throw std::bad_alloc();
        }
        graph.element_levels_[row] = level;
        graph.cur_element_count = row + 1;
        for (int at = 0; at <= level; ++at) {
            const auto others = in.list<std::uint32_t>();
            if (others.size() > (at == 0 ? graph.maxM0_ : graph.maxM_)) Reader::broken();
            auto* to = links_of(row, at);
            graph.setListCount(to, static_cast<unsigned short>(others.size()));
            std::copy(others.begin(), others.end(), to + 1);
        }
    }

    // Whether every link leads to a row that is on its level.
    bool sound() const {
        const auto rows = static_cast<std::uint32_t>(graph.cur_element_count);
        for (std::uint32_t row = 0; row < rows; ++row)
            for (int level = 0; level <= graph.element_levels_[row]; ++level) {
                auto* list = links_of(row, level);
                for (std::uint32_t i = 1; i <= graph.getListCount(list); ++i)
                    if (list[i] >= rows || graph.element_levels_[list[i]] < level) return false;
            }
        return rows == 0 || (graph.enterpoint_node_ < rows &&
                             graph.element_levels_[graph.enterpoint_node_] == graph.maxlevel_);
    }
};

NearIndex::NearIndex(const Design& rows, std::stop_token stop)
    : state_(std::make_unique<State>(rows)) {
    for (std::uint64_t row = 0; row < rows.rows; ++row) {
        if (stop.stop_requested()) throw base::Interrupted();
        state_->graph.addPoint(&row, row);
    }
}

NearIndex::NearIndex(const Design& rows, Reader& in) : state_(std::make_unique<State>(rows)) {
    auto& graph = state_->graph;
    const auto levels = in.list<std::uint8_t>();
    graph.enterpoint_node_ = in.get<std::uint32_t>();
    if (levels.size() != rows.rows) Reader::broken();
    for (std::uint32_t row = 0; row < rows.rows; ++row) {
        if (levels[row] > highest_level) Reader::broken();
        state_->restore(row, levels[row], in);
        graph.maxlevel_ = std::max<int>(graph.maxlevel_, levels[row]);
    }
    if (!state_->sound()) Reader::broken();
}

NearIndex::~NearIndex() = default;

std::vector<NearRow> NearIndex::nearest(const Design& asked, std::size_t at, std::size_t k) const {
    float square = 0;
    const auto count = asked.sparse ? asked.count(at) : asked.columns;
    for (std::size_t i = 0; i < count; ++i)
        square += asked.row_values(at)[i] * asked.row_values(at)[i];
    const auto row = view_row(asked, at, square);
    const std::uint64_t number = reinterpret_cast<std::uint64_t>(&row) | is_asked;
    const auto wide = std::max(least_asked, 2 * k);
    auto found = state_->graph.searchKnn(&number, wide);
    std::vector<NearRow> out;
    for (; !found.empty(); found.pop())
        out.push_back({found.top().first, static_cast<std::uint32_t>(found.top().second)});
    std::sort(out.begin(), out.end());
    if (out.size() > k) out.resize(k);
    return out;
}

void NearIndex::save(Writer& out) const {
    const auto& graph = state_->graph;
    const auto rows = static_cast<std::uint32_t>(graph.cur_element_count);
    std::vector<std::uint8_t> levels;
    for (std::uint32_t row = 0; row < rows; ++row)
        levels.push_back(static_cast<std::uint8_t>(graph.element_levels_[row]));
    out.list(levels);
    out.put<std::uint32_t>(graph.enterpoint_node_);
    for (std::uint32_t row = 0; row < rows; ++row)
        for (int level = 0; level <= graph.element_levels_[row]; ++level) {
            auto* list = state_->links_of(row, level);
            out.list(std::vector<std::uint32_t>(list + 1, list + 1 + graph.getListCount(list)));
        }
}

}  // namespace training
