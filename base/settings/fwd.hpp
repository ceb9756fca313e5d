#pragma once

// For headers that only declare `static const base::Settings<T> settings;`.
namespace base {

template <typename T>
class Settings;

}  // namespace base
