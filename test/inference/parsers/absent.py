"""Stands in for modules that are not there, so that a program's own argument parser runs without its libraries.

A stand-in has every attribute: each is a class that accepts every call, index and comparison, and that pydantic takes as
any value. What is parsed is the engine's own: its flags, their types, choices and nested configurations.
"""

import abc
import importlib.abc
import importlib.machinery
import importlib.util
import sys
import types
import typing


class Anything(abc.ABCMeta):
    def __getattr__(cls, name):
        if name.startswith("__"):
            raise AttributeError(name)
        made = Anything(name, (Absent,), {})
        type.__setattr__(cls, name, made)
        return made

    def __or__(cls, other):
        return typing.Any

    __ror__ = __or__

    def __getitem__(cls, item):
        return cls

    def __iter__(cls):
        return iter(())

    def __len__(cls):
        return 0

    def __contains__(cls, item):
        return False

    def __lt__(cls, other):
        return False

    __gt__ = __le__ = __ge__ = __lt__

    def __call__(cls, *args, **kwargs):
        # As a decorator it leaves what it decorates as it is.
        if len(args) == 1 and not kwargs and callable(args[0]) and not isinstance(args[0], Anything):
            return args[0]
        return super().__call__(*args, **kwargs)


class Absent(metaclass=Anything):
    def __init__(self, *args, **kwargs):
        pass

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Absent()

    def __call__(self, *args, **kwargs):
        return args[0] if len(args) == 1 and not kwargs and callable(args[0]) else Absent()

    def __getitem__(self, item):
        return Absent()

    def __iter__(self):
        return iter(())

    def __bool__(self):
        return False

    def __enter__(self):
        return self

    def __exit__(self, *args):
        return False

    def __lt__(self, other):
        return False

    __gt__ = __le__ = __ge__ = __lt__

    @classmethod
    def __get_pydantic_core_schema__(cls, source, handler):
        from pydantic_core import core_schema

        return core_schema.any_schema()


class AbsentModule(types.ModuleType):
    __path__ = []
    __version__ = "0"

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        made = Anything(name, (Absent,), {"__module__": self.__name__})
        setattr(self, name, made)
        return made


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def __init__(self, heavy):
        self.heavy = heavy

    def find_spec(self, name, path=None, target=None):
        if any(name == heavy or name.startswith(f"{heavy}.") for heavy in self.heavy):
            return self.absent(name)
        parent, _, _ = name.rpartition(".")
        if parent != "":
            return self.absent(name) if isinstance(sys.modules.get(parent), AbsentModule) else None
        if name in sys.stdlib_module_names:
            return None
        sys.meta_path.remove(self)
        try:
            there = name in sys.modules or importlib.util.find_spec(name) is not None
        finally:
            sys.meta_path.insert(0, self)
        return None if there else self.absent(name)

    def absent(self, name):
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        return AbsentModule(spec.name)

    def exec_module(self, module):
        pass


def stand_in(package, folder, heavy):
    """From now on, modules that are absent, and the heavy ones of a package, are stood in for.

    The package's own __init__ does not run: it would start what only a server needs.
    """
    sys.meta_path.insert(0, Finder([f"{package}.{name}" for name in heavy]))
    module = types.ModuleType(package)
    module.__path__ = [f"{folder}/{package}"]
    module.__version__ = "0"
    sys.modules[package] = module
