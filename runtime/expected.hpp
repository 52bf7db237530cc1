#pragma once

#include <cassert>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>

#include "runtime/errc.hpp"

namespace cohort::runtime {

/// Why something did not work: a code to react to and a sentence to show. The
/// sentence names what, where, and what to do next.
struct error {
  errc code = errc::internal;
  std::string message;
  /// With busy: in how many seconds it may help to ask again; 0: nobody knows.
  uint32_t retry_after_seconds = 0;

  friend bool operator==(const error&, const error&) = default;
};

/// A value or an error; the part of C++23's std::expected that is used here.
template <class T>
class [[nodiscard]] expected {
public:
  expected(T value) : data_{std::in_place_index<0>, std::move(value)} {
    // nop
  }
  expected(runtime::error why) : data_{std::in_place_index<1>, std::move(why)} {
    // nop
  }

  [[nodiscard]] bool has_value() const noexcept {
    return data_.index() == 0;
  }
  explicit operator bool() const noexcept {
    return has_value();
  }

  /// REQUIRES: has_value().
  [[nodiscard]] T& operator*() & {
    assert(has_value());
    return *std::get_if<0>(&data_);
  }
  [[nodiscard]] const T& operator*() const& {
    assert(has_value());
    return *std::get_if<0>(&data_);
  }
  [[nodiscard]] T&& operator*() && {
    assert(has_value());
    return std::move(*std::get_if<0>(&data_));
  }
  [[nodiscard]] T* operator->() {
    return &**this;
  }
  [[nodiscard]] const T* operator->() const {
    return &**this;
  }

  /// REQUIRES: !has_value().
  [[nodiscard]] const runtime::error& error() const {
    assert(!has_value());
    return *std::get_if<1>(&data_);
  }

private:
  std::variant<T, runtime::error> data_;
};

/// Success, or an error.
template <>
class [[nodiscard]] expected<void> {
public:
  expected() = default;
  expected(runtime::error why) : why_{std::move(why)}, ok_{false} {
    // nop
  }

  [[nodiscard]] bool has_value() const noexcept {
    return ok_;
  }
  explicit operator bool() const noexcept {
    return ok_;
  }
  /// REQUIRES: !has_value().
  [[nodiscard]] const runtime::error& error() const {
    assert(!ok_);
    return why_;
  }

private:
  runtime::error why_;
  bool ok_ = true;
};

} // namespace cohort::runtime
