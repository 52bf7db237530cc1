#pragma once

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "config/keys.hpp"

/// What kinds of keys there are. A `Field` takes settings, const or not, and
/// returns the setting by reference.
namespace cohort::config::kinds {

using words = std::vector<std::string>;

/// The whole text as a number; none when anything is left over.
template <class T>
std::optional<T> parse(const std::string& text) {
  T value{};
  auto end = text.data() + text.size();
  auto [stop, failed] = std::from_chars(text.data(), end, value);
  if (failed != std::errc{} || stop != end)
    return std::nullopt;
  return value;
}

/// The shortest text that reads back as the same number.
std::string shortest(double value);

/// A plain YAML word, or a quoted one where it could be read as something else.
std::string yaml_word(const std::string& text);

/// Whether a value may be used as text: not empty, no control characters.
bool is_text(const std::string& text);

template <class Field>
using type_of = std::remove_reference_t<std::invoke_result_t<Field, settings&>>;

template <class Field>
key boolean(std::string path, std::string meaning, Field field) {
  auto set = [field](settings& all, const words& given) {
    if (given.size() != 1 || (given[0] != "true" && given[0] != "false"))
      return false;
    field(all) = given[0] == "true";
    return true;
  };
  auto get = [field](const settings& all) -> std::string {
    return field(all) ? "true" : "false";
  };
  return {
    std::move(path), std::move(meaning), "true or false", false, set, get};
}

template <class Field>
key number(std::string path, std::string meaning, double low, double high,
           Field field) {
  auto set = [=](settings& all, const words& given) {
    auto value = given.size() == 1 ? parse<double>(given[0]) : std::nullopt;
    if (!value || !std::isfinite(*value) || *value < low || *value > high)
      return false;
    field(all) = *value;
    return true;
  };
  auto get = [field](const settings& all) { return shortest(field(all)); };
  return {std::move(path),
          std::move(meaning),
          "a number from " + shortest(low) + " to " + shortest(high),
          false,
          set,
          get};
}

/// A whole number; `from` and `to` convert from and to the setting's own type.
template <class From, class To>
key whole(std::string path, std::string meaning, int64_t low, int64_t high,
          From from, To to) {
  auto set = [=](settings& all, const words& given) {
    // "010" is 8 for some readers of YAML, and 10 for others.
    if (given.size() != 1 || (given[0].size() > 1 && given[0][0] == '0'))
      return false;
    auto value = parse<int64_t>(given[0]);
    if (!value || *value < low || *value > high)
      return false;
    to(all, *value);
    return true;
  };
  auto get = [from](const settings& all) { return std::to_string(from(all)); };
  return {std::move(path),
          std::move(meaning),
          "a whole number from " + std::to_string(low) + " to "
            + std::to_string(high),
          false,
          set,
          get};
}

template <class Field>
key count(std::string path, std::string meaning, int64_t low, int64_t high,
          Field field) {
  return whole(
    std::move(path), std::move(meaning), low, high,
    [field](const settings& all) { return static_cast<int64_t>(field(all)); },
    [field](settings& all, int64_t value) {
      field(all) = static_cast<type_of<Field>>(value);
    });
}

template <class Unit, class Field>
key duration(std::string path, std::string meaning, int64_t low, int64_t high,
             Field field) {
  using std::chrono::duration_cast;
  return whole(
    std::move(path), std::move(meaning), low, high,
    [field](const settings& all) {
      return static_cast<int64_t>(duration_cast<Unit>(field(all)).count());
    },
    [field](settings& all, int64_t value) {
      field(all) = duration_cast<type_of<Field>>(Unit{value});
    });
}

/// Bytes, given in MiB, up to 1 TiB.
template <class Field>
key megabytes(std::string path, std::string meaning, int64_t low, Field field) {
  return whole(
    std::move(path), std::move(meaning), low, 1 << 20,
    [field](const settings& all) {
      return static_cast<int64_t>(field(all) >> 20U);
    },
    [field](settings& all, int64_t value) {
      field(all) = static_cast<uint64_t>(value) << 20U;
    });
}

template <class Field>
key word(std::string path, std::string meaning, std::string allowed,
         Field field) {
  auto set = [field](settings& all, const words& given) {
    if (given.size() != 1 || !is_text(given[0]))
      return false;
    field(all) = given[0];
    return true;
  };
  auto get = [field](const settings& all) { return yaml_word(field(all)); };
  return {
    std::move(path), std::move(meaning), std::move(allowed), false, set, get};
}

template <class Value>
using choices = std::vector<std::pair<std::string, Value>>;

/// One of some words, each of which stands for a value.
template <class Value, class Field>
key choice(std::string path, std::string meaning, choices<Value> known,
           Field field) {
  std::string allowed;
  for (auto& one : known)
    allowed += (allowed.empty() ? "" : " or ") + one.first;
  auto set = [=](settings& all, const words& given) {
    auto found = std::find_if(known.begin(), known.end(), [&](auto& one) {
      return given.size() == 1 && one.first == given[0];
    });
    if (found == known.end())
      return false;
    field(all) = found->second;
    return true;
  };
  auto get = [=](const settings& all) {
    auto found = std::find_if(known.begin(), known.end(), [&](auto& one) {
      return one.second == field(all);
    });
    return found == known.end() ? std::string{} : found->first;
  };
  return {
    std::move(path), std::move(meaning), std::move(allowed), false, set, get};
}

template <class Field>
key program(std::string path, std::string meaning, Field field) {
  return word(std::move(path), std::move(meaning), "a program's name or path",
              field);
}

template <class Field>
key folder(std::string path, std::string meaning, Field field) {
  auto set = [field](settings& all, const words& given) {
    if (given.size() != 1)
      return false;
    if (!given[0].empty() && (given[0][0] != '/' || !is_text(given[0])))
      return false;
    field(all) = given[0];
    return true;
  };
  auto get = [field](const settings& all) {
    return yaml_word(field(all).string());
  };
  return {std::move(path),
          std::move(meaning),
          "an absolute path, or \"\"",
          false,
          set,
          get};
}

/// A list whose words are among `choices`, each once and at least one; or, when
/// there are none, any texts.
template <class Field>
key list(std::string path, std::string meaning, std::string allowed,
         words choices, Field field) {
  auto set = [=](settings& all, const words& given) {
    auto is_allowed = [&](auto& word) {
      return choices.empty()
               ? is_text(word)
               : std::count(given.begin(), given.end(), word) == 1
                   && std::count(choices.begin(), choices.end(), word) == 1;
    };
    if (!choices.empty() && (given.empty() || given.size() > choices.size()))
      return false;
    if (!std::all_of(given.begin(), given.end(), is_allowed))
      return false;
    field(all) = given;
    return true;
  };
  auto get = [field](const settings& all) {
    std::string out = "[";
    for (auto& word : field(all))
      out += (out.size() > 1 ? ", " : "") + yaml_word(word);
    return out + "]";
  };
  return {
    std::move(path), std::move(meaning), std::move(allowed), true, set, get};
}

} // namespace cohort::config::kinds
