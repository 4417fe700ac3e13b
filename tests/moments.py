"""Raise an exception at nearly every moment at which Python may handle a signal."""

import gc
import inspect
import sys


def interrupt_each_moment(call, error=KeyboardInterrupt):
    """Call `call` again and again, and raise `error` at a different moment in each call.

    The first call is interrupted at its first moment, the second call at its second moment, and so on. The last call
    has no moment left, so it is not interrupted. A moment is the start of a function other than a generator, or a
    return from a function that is written in C. For each interrupted call, yield the class of the exception that leaves
    the call, or None.
    """
    moment = 0
    is_raised = True
    while is_raised:
        moment += 1
        is_raised = False
        seen = 0

        def raise_error(frame, event, _argument):
            nonlocal seen, is_raised
            # Skip generators: `throw` also causes a "call" event, but Python handles no signal during `throw`.
            is_function = event == "call" and not frame.f_code.co_flags & inspect.CO_GENERATOR
            seen += is_function or event == "c_return"
            if seen == moment:
                sys.setprofile(None)
                is_raised = True
                raise error

        caught = None
        # Disable the garbage collector, which runs a callback that Hypothesis registers. If `error` were raised in this
        # callback, Python would only print the error and continue.
        gc.disable()
        sys.setprofile(raise_error)
        try:
            call()
        except BaseException as raised:
            sys.setprofile(None)
            # Keep only the class. A traceback would keep the generators of the call open.
            caught = type(raised)
        finally:
            sys.setprofile(None)
            gc.enable()
        if is_raised:
            yield caught
    assert moment > 1, "no moment was found"
