#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stop_token>
#include <type_traits>
#include <utility>
#include <vector>

namespace training {

// Processes that learn one model together, each of them running the same code: between two calls
// here a member works on its own share, and what a call leaves behind is the same bits for each.
// Who asks must be asked by all, in the same order. One thread at a time.
//
// The first member (rank 0) is the one that was told to train; the others know what it sends them
// and nothing else.
class Company {
public:
    virtual ~Company() = default;

    virtual std::size_t size() const = 0;
    virtual std::size_t rank() const = 0;

    // In place: the sum over all members.
    virtual void sum(std::span<double> values) = 0;
    virtual void sum(std::span<float> values) = 0;
    // What `from` has there becomes what all have.
    virtual void tell(std::span<std::byte> bytes, std::size_t from) = 0;
    // From one to one; the sizes are known to both.
    virtual void send(std::span<const std::byte> bytes, std::size_t to) = 0;
    virtual void receive(std::span<std::byte> bytes, std::size_t from) = 0;

    // While a fit goes on: calls that wait for others throw base::Interrupted at this stop, and the
    // company is broken.
    void watch(std::stop_token stop) { stop_ = std::move(stop); }
    // A member has left amid a fit, so that the others wait for what never comes: nothing may be
    // asked any more, and they end when this process does.
    void leave() { broken_ = true; }
    bool broken() const { return broken_; }

protected:
    const std::stop_token& stop() const { return stop_; }

private:
    std::stop_token stop_;
    bool broken_ = false;
};

// The parts of a job of which each process does its own. Without a company all are.
inline bool is_own(const Company* company, std::size_t part) {
    return !company || part % company->size() == company->rank();
}

// Members 0 .. size - 1 have `all` in stretches; where that of `member` begins.
inline std::size_t stretch_begin(std::size_t all, std::size_t member, std::size_t size) {
    return all / size * member + all % size * member / size;
}

// Of what each process has a part: the whole. Nothing to do without a company.
template <typename T>
void sum_up(Company* company, std::vector<T>& values) {
    if (company) company->sum(std::span<T>(values));
}
template <typename... Values>
void sum_each(Company* company, Values&... values) {
    if (!company) return;
    double all[] = {static_cast<double>(values)...};
    company->sum(std::span<double>(all));
    std::size_t at = 0;
    ((values = static_cast<Values>(all[at++])), ...);
}

template <typename T>
void tell_all(Company* company, std::span<T> values, std::size_t from) {
    static_assert(std::is_arithmetic_v<T>);
    if (company) company->tell(std::as_writable_bytes(values), from);
}

}  // namespace training
