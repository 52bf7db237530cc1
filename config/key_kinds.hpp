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

/// What kinds of keys there are. A `Field` takes the key's owner, const or not,
/// and returns the setting by reference.
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

/// "[a, b]".
std::string yaml_list(const words& given);

/// Whether a value may be used as text: not empty, no control characters.
bool is_text(const std::string& text);

template <class Owner, class Field>
using type_of = std::remove_reference_t<std::invoke_result_t<Field, Owner&>>;

template <class Owner = settings, class Field>
basic_key<Owner> boolean(std::string path, std::string meaning, Field field) {
  auto set = [field](Owner& all, const words& given) {
    if (given.size() != 1 || (given[0] != "true" && given[0] != "false"))
      return false;
    field(all) = given[0] == "true";
    return true;
  };
  auto get = [field](const Owner& all) -> std::string {
    return field(all) ? "true" : "false";
  };
  return {
    std::move(path), std::move(meaning), "true or false", false, set, get};
}

template <class Owner = settings, class Field>
basic_key<Owner> number(std::string path, std::string meaning, double low,
                        double high, Field field) {
  auto set = [=](Owner& all, const words& given) {
    auto value = given.size() == 1 ? parse<double>(given[0]) : std::nullopt;
    if (!value || !std::isfinite(*value) || *value < low || *value > high)
      return false;
    field(all) = *value;
    return true;
  };
  auto get = [field](const Owner& all) { return shortest(field(all)); };
  return {std::move(path),
          std::move(meaning),
          "a number from " + shortest(low) + " to " + shortest(high),
          false,
          set,
          get};
}

/// A whole number; `from` and `to` convert from and to the setting's own type.
template <class Owner = settings, class From, class To>
basic_key<Owner> whole(std::string path, std::string meaning, int64_t low,
                       int64_t high, From from, To to) {
  auto set = [=](Owner& all, const words& given) {
    // "010" is 8 for some readers of YAML, and 10 for others.
    if (given.size() != 1 || (given[0].size() > 1 && given[0][0] == '0'))
      return false;
    auto value = parse<int64_t>(given[0]);
    if (!value || *value < low || *value > high)
      return false;
    to(all, *value);
    return true;
  };
  auto get = [from](const Owner& all) { return std::to_string(from(all)); };
  return {std::move(path),
          std::move(meaning),
          "a whole number from " + std::to_string(low) + " to "
            + std::to_string(high),
          false,
          set,
          get};
}

template <class Owner = settings, class Field>
basic_key<Owner> count(std::string path, std::string meaning, int64_t low,
                       int64_t high, Field field) {
  return whole<Owner>(
    std::move(path), std::move(meaning), low, high,
    [field](const Owner& all) { return static_cast<int64_t>(field(all)); },
    [field](Owner& all, int64_t value) {
      field(all) = static_cast<type_of<Owner, Field>>(value);
    });
}

template <class Unit, class Owner = settings, class Field>
basic_key<Owner> duration(std::string path, std::string meaning, int64_t low,
                          int64_t high, Field field) {
  using std::chrono::duration_cast;
  return whole<Owner>(
    std::move(path), std::move(meaning), low, high,
    [field](const Owner& all) {
      return static_cast<int64_t>(duration_cast<Unit>(field(all)).count());
    },
    [field](Owner& all, int64_t value) {
      field(all) = duration_cast<type_of<Owner, Field>>(Unit{value});
    });
}

/// Bytes, given in MiB, up to 1 TiB.
template <class Owner = settings, class Field>
basic_key<Owner>
megabytes(std::string path, std::string meaning, int64_t low, Field field) {
  return whole<Owner>(
    std::move(path), std::move(meaning), low, 1 << 20,
    [field](const Owner& all) {
      return static_cast<int64_t>(field(all) >> 20U);
    },
    [field](Owner& all, int64_t value) {
      field(all) = static_cast<uint64_t>(value) << 20U;
    });
}

template <class Owner = settings, class Field>
basic_key<Owner>
word(std::string path, std::string meaning, std::string allowed, Field field) {
  auto set = [field](Owner& all, const words& given) {
    if (given.size() != 1 || !is_text(given[0]))
      return false;
    field(all) = given[0];
    return true;
  };
  auto get = [field](const Owner& all) { return yaml_word(field(all)); };
  return {
    std::move(path), std::move(meaning), std::move(allowed), false, set, get};
}

template <class Value>
using choices = std::vector<std::pair<std::string, Value>>;

/// One of some words, each of which stands for a value.
template <class Value, class Owner = settings, class Field>
basic_key<Owner> choice(std::string path, std::string meaning,
                        choices<Value> known, Field field) {
  std::string allowed;
  for (auto& one : known)
    allowed += (allowed.empty() ? "" : " or ") + one.first;
  auto set = [=](Owner& all, const words& given) {
    auto found = std::find_if(known.begin(), known.end(), [&](auto& one) {
      return given.size() == 1 && one.first == given[0];
    });
    if (found == known.end())
      return false;
    field(all) = found->second;
    return true;
  };
  auto get = [=](const Owner& all) {
    auto found = std::find_if(known.begin(), known.end(), [&](auto& one) {
      return one.second == field(all);
    });
    return found == known.end() ? std::string{} : found->first;
  };
  return {
    std::move(path), std::move(meaning), std::move(allowed), false, set, get};
}

template <class Owner = settings, class Field>
basic_key<Owner> program(std::string path, std::string meaning, Field field) {
  return word<Owner>(std::move(path), std::move(meaning),
                     "a program's name or path", field);
}

template <class Owner = settings, class Field>
basic_key<Owner> folder(std::string path, std::string meaning, Field field) {
  auto set = [field](Owner& all, const words& given) {
    if (given.size() != 1)
      return false;
    if (!given[0].empty() && (given[0][0] != '/' || !is_text(given[0])))
      return false;
    field(all) = given[0];
    return true;
  };
  auto get = [field](const Owner& all) {
    return yaml_word(field(all).string());
  };
  return {std::move(path),
          std::move(meaning),
          "an absolute path, or \"\"",
          false,
          set,
          get};
}

/// A list of any texts that `is_allowed`.
template <class Owner = settings, class Field>
basic_key<Owner> texts(std::string path, std::string meaning,
                       std::string allowed,
                       bool (*is_allowed)(const std::string&), Field field) {
  auto set = [=](Owner& all, const words& given) {
    if (!std::all_of(given.begin(), given.end(), is_allowed))
      return false;
    field(all) = given;
    return true;
  };
  auto get = [field](const Owner& all) { return yaml_list(field(all)); };
  return {
    std::move(path), std::move(meaning), std::move(allowed), true, set, get};
}

/// A list whose words are among `choices`, each once and at least one; or, when
/// there are none, any texts.
template <class Owner = settings, class Field>
basic_key<Owner> list(std::string path, std::string meaning,
                      std::string allowed, words choices, Field field) {
  if (choices.empty())
    return texts<Owner>(std::move(path), std::move(meaning), std::move(allowed),
                        is_text, field);
  auto set = [=](Owner& all, const words& given) {
    auto is_allowed = [&](auto& word) {
      return std::count(given.begin(), given.end(), word) == 1
             && std::count(choices.begin(), choices.end(), word) == 1;
    };
    if (given.empty() || given.size() > choices.size()
        || !std::all_of(given.begin(), given.end(), is_allowed))
      return false;
    field(all) = given;
    return true;
  };
  auto get = [field](const Owner& all) { return yaml_list(field(all)); };
  return {
    std::move(path), std::move(meaning), std::move(allowed), true, set, get};
}

} // namespace cohort::config::kinds
