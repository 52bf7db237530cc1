#pragma once

#include <chrono>
#include <string>
#include <vector>

/// What a configuration names itself: programs that work, kinds of work, and
/// languages.
namespace cohort::config {

/// A program that works on subtasks.
struct executor_entry {
  std::string name;
  std::vector<std::string> command;
  std::chrono::seconds deadline{0}; // 0: that of a worker.
  bool network = false;
  std::vector<std::string> environment;
  std::vector<std::string> readable;
  std::vector<std::string> writable;
};

/// A kind of work: one of the user's own, or another chain of executors for one
/// that cohort knows.
struct specialty_entry {
  std::string name;
  std::vector<std::string> words;
  std::vector<std::string> files;
  std::vector<std::string> check;
  std::vector<std::string> executors;
  std::vector<std::string> tests;
};

/// A program that judges the files of a language.
struct language_entry {
  std::string name;
  std::vector<std::string> files;
  std::vector<std::string> check;
  std::vector<std::string> tests;
};

} // namespace cohort::config
